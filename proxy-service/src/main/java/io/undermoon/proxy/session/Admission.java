package io.undermoon.proxy.session;

import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Refusal;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.stats.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection counts as a client. Beyond a limit on their number it is undetermined until its first commands
 * show that it operates the cluster, which the limit is not for. Owned by the session's loop.
 */
final class Admission {
    private final SessionLoop loop;
    private final ClientRegistry clients;
    private final Client client;
    private @Nullable Refusal refusal;

    /**
     * @param refusal null if the client is admitted
     */
    Admission(SessionLoop loop, Client client, @Nullable Refusal refusal) {
        this.loop = loop;
        this.clients = loop.clients();
        this.client = client;
        this.refusal = refusal;
    }

    /** What the client is told if it is refused; null if it was admitted. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** The connection is open. */
    void begin() {
        if (refusal != null) {
            clients.undetermined().add(client);
        } else {
            admit();
        }
    }

    /** The client has come from another loop. */
    void goOn() {
        if (refusal != null) {
            clients.undetermined().add(client);
        }
    }

    /** The client goes to another loop. */
    void leave() {
        if (refusal != null) {
            clients.undetermined().remove(client);
        }
    }

    private void admit() {
        loop.stats().add(Counter.CONNECTIONS_ACCEPTED, 1);
        clients.add(client);
    }

    /** Whether a command may be handled; if not, the session has to {@linkplain ClientSession#refuse refuse} it. */
    boolean permits(CommandHandler handler, ClientSession session, CommandFrame frame) {
        Refusal present = refusal;
        if (present == null) {
            return true;
        }
        boolean isOfFormerUser = present.user() != null && present.user() != client.account();
        switch (isOfFormerUser ? CommandHandler.Admission.ADMITTED : handler.admission(session, frame)) {
            case ADMITTED -> {
                refusal = null;
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
