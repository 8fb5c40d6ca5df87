package io.undermoon.proxy.client;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The connected clients of all event loops, and the limits that apply to them. Thread-safe. */
public final class ClientRegistry {
    private final ConcurrentHashMap<Long, Client> clients = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final ClientPause pause = new ClientPause();
    private final ClientMemory memory = new ClientMemory(() -> limits().memoryBytes());
    private final UndeterminedClients undetermined = new UndeterminedClients();
    private final AtomicInteger internal = new AtomicInteger();
    private volatile ClientLimits limits;

    public ClientRegistry(ClientLimits limits) {
        this.limits = limits;
    }

    public ClientLimits limits() {
        return limits;
    }

    /** Replaces the limits and applies them to connected clients. */
    public void changeLimits(UnaryOperator<ClientLimits> change) {
        synchronized (this) {
            limits = change.apply(limits);
        }
        all().forEach(client -> client.connection().checkLimits());
    }

    public ClientPause pause() {
        return pause;
    }

    /** What all clients hold together. */
    public ClientMemory memory() {
        return memory;
    }

    /** A new id, unique in this process. */
    public long nextId() {
        return lastId.incrementAndGet();
    }

    public void add(Client client) {
        clients.put(client.id(), client);
    }

    public void remove(Client client) {
        if (clients.remove(client.id()) != null && client.isInternal()) {
            internal.decrementAndGet();
        }
    }

    /** Connections beyond the limit that have yet to show that the limit is not for them. */
    public UndeterminedClients undetermined() {
        return undetermined;
    }

    /** Whether no more clients are to be connected. Those who operate the cluster do not count. */
    public boolean isFull() {
        return size() >= limits.maxClients();
    }

    /** Notes that a client is a peer, a coordinator or a broker. Called on the client's event loop. */
    public void markInternal(Client client) {
        if (!client.isInternal()) {
            client.markInternal();
            internal.incrementAndGet();
        }
    }

    /** How many peers, coordinators and brokers are connected. */
    public int internalSize() {
        return internal.get();
    }

    /** The connected client with this id; null when there is none. */
    public @Nullable Client find(long id) {
        return clients.get(id);
    }

    /** How many clients are connected, without those who operate the cluster. */
    public int size() {
        return clients.size() - internal.get();
    }

    /** The connected clients, oldest first. */
    public List<Client> all() {
        Collection<Client> now = clients.values();
        return now.stream().sorted(Comparator.comparingLong(Client::id)).toList();
    }
}
