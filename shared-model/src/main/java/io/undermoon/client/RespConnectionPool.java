package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are kept for the next use, at most {@value #MAX_IDLE} idle ones per address, and closed when they
 * have been idle for a time. Thread-safe; callers block.
 */
public final class RespConnectionPool implements AutoCloseable {
    static final int MAX_IDLE = 2;

    private final RespClient client;
    private final Duration idleLimit;
    private final Future<?> eviction;
    private final Map<HostPort, Deque<Idle>> idle = new HashMap<>();

    private record Idle(RespConnection connection, long sinceNanos) {}

    /**
     * @param client opens the connections; the caller closes it after the pool
     * @param idleLimit after which an idle connection is closed
     */
    public RespConnectionPool(RespClient client, Duration idleLimit) {
        this.client = client;
        this.idleLimit = idleLimit;
        long period = Math.max(1, idleLimit.toMillis() / 4);
        this.eviction = client.group().scheduleWithFixedDelay(this::evict, period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Runs a conversation on a connection that no other caller uses at the time. The connection is kept if the
     * conversation returns, and closed if it throws.
     *
     * @throws RespClientException if there is no connection, or from the conversation
     */
    public <T> T use(HostPort address, Function<RespConnection, T> conversation) {
        RespConnection connection = take(address);
        boolean completed = false;
        try {
            T result = conversation.apply(connection);
            completed = true;
            return result;
        } finally {
            if (completed) {
                giveBack(address, connection);
            } else {
                connection.close();
            }
        }
    }

    @Override
    public synchronized void close() {
        eviction.cancel(false);
        idle.values().forEach(kept -> kept.forEach(entry -> entry.connection().close()));
        idle.clear();
    }

    RespConnection take(HostPort address) {
        RespConnection kept = takeIdle(address);
        return kept == null ? RespClient.await(client.connect(address)) : kept;
    }

    synchronized void giveBack(HostPort address, RespConnection connection) {
        Deque<Idle> kept = idle.computeIfAbsent(address, key -> new ArrayDeque<>());
        if (!connection.isOpen() || kept.size() >= MAX_IDLE) {
            connection.close();
        } else {
            kept.push(new Idle(connection, System.nanoTime()));
        }
    }

    synchronized int idleCount() {
        return idle.values().stream().mapToInt(Deque::size).sum();
    }

    private synchronized @Nullable RespConnection takeIdle(HostPort address) {
        Deque<Idle> kept = idle.get(address);
        while (kept != null && !kept.isEmpty()) {
            RespConnection connection = kept.pop().connection();
            if (connection.isOpen() && Objects.equals(connection.installation(), client.installation())) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    private synchronized void evict() {
        long now = System.nanoTime();
        idle.values().removeIf(kept -> {
            kept.removeIf(entry -> {
                boolean expired = now - entry.sinceNanos() >= idleLimit.toNanos();
                if (expired) {
                    entry.connection().close();
                }
                return expired || !entry.connection().isOpen();
            });
            return kept.isEmpty();
        });
    }
}
