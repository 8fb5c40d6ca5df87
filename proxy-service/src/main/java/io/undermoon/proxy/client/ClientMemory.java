package io.undermoon.proxy.client;

import io.netty.util.internal.PlatformDependent;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.command.MemorySize;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one budget for the memory that clients make the proxy hold: input that is not a whole command yet, replies that
 * wait for their turn or to be merged, output that is not read, and commands that a node has not taken.
 *
 * <p>Only what is held beyond a turn of an event loop is counted, and only from {@value #COUNTED_FROM} bytes per client
 * on, so clients that read what they ask for cost nothing. Beyond three quarters of the limit clients wait before they
 * send the rest of a large command; beyond the limit the client that holds most is disconnected, as Redis does for
 * {@code maxmemory-clients}, and also when another client has waited for too long. Connections to nodes are never
 * touched. Connections of peers and coordinators and clients with {@code CLIENT NO-EVICT} come last. Thread-safe.
 */
public final class ClientMemory {
    /** What a client holds is not counted below this size, in bytes. */
    private static final int COUNTED_FROM = 4096;

    private static final int MAX_PERCENT = 100;
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Waiting(Client client, long sinceNanos) {}

    private final LongSupplier limitBytes;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Set<Client> holders = ConcurrentHashMap.newKeySet();
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

    /**
     * @param limitBytes the limit that applies now; 0 for none
     */
    ClientMemory(LongSupplier limitBytes) {
        this.limitBytes = limitBytes;
    }

    /**
     * Reads a limit: a size in bytes, with or without a unit, or a share of the process' limit of direct memory such as
     * {@code 50%}; 0 for no limit.
     *
     * @throws IllegalArgumentException the text is neither; the message has the wording of Redis
     */
    public static long limit(String text) {
        String number = text.strip();
        if (number.endsWith("%")) {
            OptionalLong percent = Integers.parse(number.substring(0, number.length() - 1));
            if (percent.isPresent() && percent.getAsLong() > MAX_PERCENT) {
                throw new IllegalArgumentException("percentage argument must be less or equal to " + MAX_PERCENT);
            }
            if (percent.isPresent() && percent.getAsLong() >= 0) {
                return PlatformDependent.estimateMaxDirectMemory() * percent.getAsLong() / MAX_PERCENT;
            }
        }
        return MemorySize.parse(number)
                .orElseThrow(() -> new IllegalArgumentException("argument must be a memory or percent value"));
    }

    /** The sum of what clients hold. */
    public long heldBytes() {
        return heldBytes.get();
    }

    /** The limit of what all clients may hold together; 0 for none. */
    public long limitBytes() {
        return limitBytes.getAsLong();
    }

    /** Whether so much is held that clients should wait before they send large commands. */
    public boolean isTight() {
        long limit = limitBytes.getAsLong();
        return limit > 0 && heldBytes.get() > limit - limit / 4;
    }

    /** Notes how much a client holds now. Called on the client's event loop. */
    public void hold(Client client, long bytes) {
        long before = client.heldBytes();
        long now = bytes < COUNTED_FROM ? 0 : bytes;
        if (now == before) {
            return;
        }
        client.heldBytes(now);
        if (now == 0) {
            holders.remove(client);
        } else if (before == 0) {
            holders.add(client);
        }
        heldBytes.addAndGet(now - before);
        if (now > before) {
            enforce();
        } else {
            resumeOne();
        }
    }

    /**
     * Has a client wait until there is memory for a large command; {@link ClientConnection#memoryFreed} tells it.
     */
    public void await(Client client) {
        waiting.add(new Waiting(client, System.nanoTime()));
    }

    /** Forgets that a client waits. */
    public void forget(Client client) {
        waiting.removeIf(each -> each.client() == client);
    }

    /**
     * Has all clients that hold memory count it again, since output drains unnoticed, and looks after those that wait.
     * Called periodically.
     */
    public void refresh() {
        holders.forEach(client -> client.connection().checkMemory());
        resumeOne();
        Waiting first = waiting.peek();
        if (first != null && System.nanoTime() - first.sinceNanos() > MAX_WAIT_NANOS) {
            evict(1);
        }
    }

    /** Tells one client that waits to go on, if there is memory: the next one follows when that one's command is in. */
    private void resumeOne() {
        if (!waiting.isEmpty() && !isTight()) {
            Waiting first = waiting.poll();
            if (first != null) {
                first.client().connection().memoryFreed();
            }
        }
    }

    private void enforce() {
        long limit = limitBytes.getAsLong();
        if (limit > 0 && heldBytes.get() > limit) {
            evict(heldBytes.get() - limit);
        }
    }

    /** Disconnects those who hold most until at least so many bytes are freed; those on their way out count. */
    private synchronized void evict(long bytes) {
        long excess = bytes;
        for (Client client : holders) {
            if (client.isEvicted()) {
                excess -= client.heldBytes();
            }
        }
        while (excess > 0) {
            Client largest = largest();
            if (largest == null) {
                return;
            }
            excess -= largest.heldBytes();
            largest.markEvicted();
            largest.connection().evict();
        }
    }

    private @Nullable Client largest() {
        Client largest = null;
        for (Client client : holders) {
            if (!client.isEvicted() && (largest == null || comesBefore(client, largest))) {
                largest = client;
            }
        }
        return largest;
    }

    private static boolean comesBefore(Client one, Client other) {
        return one.isSpared() == other.isSpared() ? one.heldBytes() > other.heldBytes() : other.isSpared();
    }
}
