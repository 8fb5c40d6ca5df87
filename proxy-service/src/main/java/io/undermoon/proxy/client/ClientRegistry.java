package io.undermoon.proxy.client;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The clients of all loops. Thread-safe. */
public final class ClientRegistry {
    private final ConcurrentHashMap<Long, Client> clients = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final ClientPause pause = new ClientPause();
    private volatile ClientLimits limits;

    public ClientRegistry(ClientLimits limits) {
        this.limits = limits;
    }

    /** What the clients may take of the proxy, as of now. */
    public ClientLimits limits() {
        return limits;
    }

    /** Changes what the clients may take; those that are connected are told. */
    public void changeLimits(UnaryOperator<ClientLimits> change) {
        synchronized (this) {
            limits = change.apply(limits);
        }
        all().forEach(client -> client.connection().checkLimits());
    }

    /** Whether the clients have to wait. */
    public ClientPause pause() {
        return pause;
    }

    /** An id that no other client of this process has. */
    public long nextId() {
        return lastId.incrementAndGet();
    }

    public void add(Client client) {
        clients.put(client.id(), client);
    }

    public void remove(Client client) {
        clients.remove(client.id());
    }

    /** A client that is connected; null when there is none of this id. */
    public @Nullable Client find(long id) {
        return clients.get(id);
    }

    public int size() {
        return clients.size();
    }

    /** The clients connected now, oldest first. */
    public List<Client> all() {
        Collection<Client> now = clients.values();
        return now.stream().sorted(Comparator.comparingLong(Client::id)).toList();
    }
}
