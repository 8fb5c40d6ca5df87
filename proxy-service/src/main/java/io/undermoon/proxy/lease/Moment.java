package io.undermoon.proxy.lease;

/** A moment on both clocks of this process. */
public record Moment(long nanos, long wallMillis) {
    /** Whether this is earlier than another moment, by the clock that is never set. */
    public boolean isBefore(Moment other) {
        return nanos - other.nanos < 0;
    }
}
