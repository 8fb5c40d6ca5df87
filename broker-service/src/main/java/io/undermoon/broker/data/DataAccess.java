package io.undermoon.broker.data;

import io.undermoon.client.RespClient;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Carries requests about data out: each on connections of its own, a bounded number at a time, and for a bounded time.
 * Thread-safe; callers wait.
 */
public final class DataAccess implements AutoCloseable {
    /** The longest reply of a proxy; what is longer is not shown. */
    public static final int MAX_REPLY_BYTES = 1 << 20;
    /** Of each step on a connection. */
    public static final Duration STEP_TIMEOUT = Duration.ofSeconds(3);
    /** After it no further step begins. */
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    /** With the longest replies, some megabytes of memory. */
    static final int AT_ONCE = 16;

    private final RespClient data;
    private final RespClient control;
    private final LongSupplier nanos;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /**
     * @param data opens connections that are logged in as nobody, with the limits of this class; closed with this
     * @param control opens connections for control commands
     */
    public DataAccess(RespClient data, RespClient control, LongSupplier nanos) {
        this.data = data;
        this.control = control;
        this.nanos = nanos;
    }

    @Override
    public void close() {
        data.close();
    }

    /**
     * Carries out one request.
     *
     * @throws UndermoonException if the cluster refuses the user, if no proxy gives a reply of use, or if too many
     *     others ask at the moment
     */
    <T> T request(Members members, ClusterLogin login, Function<Dialogue, T> request) {
        if (!places.tryAcquire()) {
            throw new UndermoonException(
                    ErrorCode.RETRY, AT_ONCE + " requests about data are carried out at the moment; try again");
        }
        long start = nanos.getAsLong();
        try (Dialogue dialogue = new Dialogue(
                data, control, members, login, () -> nanos.getAsLong() - start > REQUEST_TIMEOUT.toNanos())) {
            return request.apply(dialogue);
        } finally {
            places.release();
        }
    }
}
