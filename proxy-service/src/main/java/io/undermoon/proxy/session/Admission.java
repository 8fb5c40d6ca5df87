package io.undermoon.proxy.session;

import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.stats.Counter;

/**
 * Whether a connection counts as a client. Beyond the limit on their number it is undetermined until its first commands
 * show that it operates the cluster, which the limit is not for. Owned by the session's loop.
 */
final class Admission {
    private final SessionLoop loop;
    private final ClientRegistry clients;
    private final Client client;
    private boolean undetermined;

    Admission(SessionLoop loop, Client client, boolean undetermined) {
        this.loop = loop;
        this.clients = loop.clients();
        this.client = client;
        this.undetermined = undetermined;
    }

    boolean isUndetermined() {
        return undetermined;
    }

    /** The connection is open. */
    void begin() {
        if (undetermined) {
            clients.undetermined().add(client);
        } else {
            admit();
        }
    }

    /** The client has come from another loop. */
    void goOn() {
        if (undetermined) {
            clients.undetermined().add(client);
        }
    }

    /** The client goes to another loop. */
    void leave() {
        if (undetermined) {
            clients.undetermined().remove(client);
        }
    }

    private void admit() {
        loop.stats().add(Counter.CONNECTIONS_ACCEPTED, 1);
        clients.add(client);
    }

    /** Whether a command may be handled; if not, the session has to {@linkplain ClientSession#refuse refuse} it. */
    boolean permits(CommandHandler handler, ClientSession session, CommandFrame frame) {
        if (!undetermined) {
            return true;
        }
        switch (handler.admission(session, frame)) {
            case ADMITTED -> {
                undetermined = false;
                clients.undetermined().remove(client);
                admit();
            }
            case UNDETERMINED -> {
                // The next command decides.
            }
            case REFUSED -> {
                clients.undetermined().remove(client);
                return false;
            }
        }
        return true;
    }

    /** The connection is closed. */
    void end() {
        leave();
        clients.remove(client);
    }
}
