package io.undermoon.proxy.session;

import io.netty.util.concurrent.EventExecutor;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import java.util.concurrent.TimeUnit;

/**
 * Checks all clients periodically for limits that are reached by time: idleness, the soft limit on output, and how long
 * one may be undetermined; and has those that hold memory count it again.
 */
final class ClientSweep implements Runnable {
    private static final long PERIOD_MILLIS = 250;

    private final ClientRegistry clients;

    private ClientSweep(ClientRegistry clients) {
        this.clients = clients;
    }

    /** Starts the checks on an event loop. */
    static void start(EventExecutor loop, ClientRegistry clients) {
        loop.scheduleWithFixedDelay(new ClientSweep(clients), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        clients.memory().refresh();
        clients.undetermined().refuseOverdue();
        ClientLimits limits = clients.limits();
        long idleMillis = limits.idleMillis();
        boolean hasOutputLimit = limits.output().normal().isSet();
        if (idleMillis == 0 && !hasOutputLimit) {
            return;
        }
        for (Client client : clients.all()) {
            if (hasOutputLimit || client.idleMillis() >= idleMillis) {
                client.connection().checkLimits();
            }
        }
    }
}
