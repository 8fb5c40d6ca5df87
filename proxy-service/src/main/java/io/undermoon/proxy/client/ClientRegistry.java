package io.undermoon.proxy.client;

import io.undermoon.proxy.acl.Account;
import io.undermoon.proxy.limit.Meter;
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
    private final Meter clusterMeter = new Meter();
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

    /** Adds a client to those that are connected. Called on its event loop, as {@link #remove}. */
    public void add(Client client) {
        clients.put(client.id(), client);
        client.connected(true);
        if (client.isInternal()) {
            internal.incrementAndGet();
        }
    }

    public void remove(Client client) {
        if (clients.remove(client.id()) != null) {
            client.connected(false);
            if (client.isInternal()) {
                internal.decrementAndGet();
            }
        }
    }

    /** Connections beyond the limit that have yet to show that the limit is not for them. */
    public UndeterminedClients undetermined() {
        return undetermined;
    }

    /** What all clients use of the cluster's limits at this proxy. */
    public Meter clusterMeter() {
        return clusterMeter;
    }

    /**
     * Why there may be no more clients; null if there may. Those who operate the cluster do not count.
     *
     * @param initial account of the connection before it logs in
     * @param needsNoLogin whether it may send commands without
     */
    public @Nullable Refusal refusal(Account initial, boolean needsNoLogin) {
        int size = size();
        if (size >= limits.maxClients()) {
            return Refusal.MAX_CLIENTS;
        }
        long ofCluster = clusterMeter.limits().connections();
        if (ofCluster > 0 && size >= ofCluster) {
            return Refusal.ofCluster(ofCluster);
        }
        return needsNoLogin && initial.meter().isFull() ? Refusal.of(initial) : null;
    }

    /**
     * Notes that a client is a peer, a coordinator or a broker; it may not be among the connected ones yet. Called on
     * the client's event loop.
     */
    public void markInternal(Client client) {
        if (!client.isInternal()) {
            client.markInternal();
            if (clients.containsKey(client.id())) {
                internal.incrementAndGet();
            }
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
