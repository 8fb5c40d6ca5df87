package io.undermoon.proxy.lease;

/** The two clocks of a process. Thread-safe. */
public interface LeaseClock {
    LeaseClock SYSTEM = new LeaseClock() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    };

    /** As {@link System#nanoTime}: never set, but may stand still while the machine is suspended. */
    long nanos();

    /** As {@link System#currentTimeMillis}: goes on while the machine is suspended, but may be set. */
    long wallMillis();

    /** The present moment. */
    default Moment now() {
        return new Moment(nanos(), wallMillis());
    }
}
