package io.undermoon.proxy.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections beyond {@code maxclients} of which it is not known yet whether they are of a peer, a coordinator or a
 * broker, which are accepted all the same: else clients could keep a proxy from being watched, and it would be taken
 * for dead. They are few and not for long; who has not shown by then what it is is refused, the oldest first.
 * Thread-safe.
 */
public final class UndeterminedClients {
    private static final int MAX = 128;
    private static final long MAX_AGE_MILLIS = 1000;

    /** Oldest first. */
    private final ArrayDeque<Client> clients = new ArrayDeque<>();

    public void add(Client client) {
        Client oldest = null;
        synchronized (clients) {
            clients.addLast(client);
            if (clients.size() > MAX) {
                oldest = clients.pollFirst();
            }
        }
        if (oldest != null) {
            oldest.connection().refuse();
        }
    }

    public void remove(Client client) {
        synchronized (clients) {
            clients.remove(client);
        }
    }

    /** Refuses those who have had their time. Called periodically. */
    public void refuseOverdue() {
        List<Client> overdue = new ArrayList<>();
        synchronized (clients) {
            while (!clients.isEmpty() && clients.peekFirst().ageMillis() >= MAX_AGE_MILLIS) {
                overdue.add(clients.pollFirst());
            }
        }
        overdue.forEach(client -> client.connection().refuse());
    }
}
