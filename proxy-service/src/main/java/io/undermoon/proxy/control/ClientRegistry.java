package io.undermoon.proxy.control;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The clients of all loops. Thread-safe. */
public final class ClientRegistry {
    private final ConcurrentHashMap<Long, Client> clients = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();

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

    public int size() {
        return clients.size();
    }

    /** The clients connected now, oldest first. */
    public List<Client> all() {
        Collection<Client> now = clients.values();
        return now.stream().sorted(Comparator.comparingLong(Client::id)).toList();
    }
}
