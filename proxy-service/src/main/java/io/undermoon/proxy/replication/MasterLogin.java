package io.undermoon.proxy.replication;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.resp.RespValue;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells one node how to log in to its master: as the {@link ReplicationUser}, or as the proxy does where the master has
 * no users that the proxy can make. Owned by the control loop.
 */
final class MasterLogin {
    private static final Logger LOG = Logger.getLogger(MasterLogin.class);

    private final Endpoint node;
    private final Endpoints endpoints;
    private final NodeClient client;
    private final EventLoop loop;
    private final ReplicationSettings settings;

    private boolean lacksUsers;
    private boolean isAsking;
    private boolean refused;

    MasterLogin(Endpoint node, Endpoints endpoints, NodeClient client, EventLoop loop, ReplicationSettings settings) {
        this.node = node;
        this.endpoints = endpoints;
        this.client = client;
        this.loop = loop;
        this.settings = settings;
    }

    /** Does not wait for the replies: the node executes the commands before the next one that is sent. */
    void send() {
        String user = lacksUsers ? settings.user() : ReplicationUser.NAME;
        String password =
                lacksUsers ? settings.password() : settings.replicationUser().password();
        client.call(node, "CONFIG", "SET", "masteruser", user == null ? "" : user);
        client.call(node, "CONFIG", "SET", "masterauth", password == null ? "" : password)
                .whenCompleteAsync(this::note, loop);
    }

    /**
     * Asks the master how replicas can log in, and tells the node anew: it may have lost that by a restart. Does not
     * wait.
     */
    void renew(NodeAddress master) {
        if (isAsking) {
            return;
        }
        isAsking = true;
        client.call(endpoints.redis(master.value()), ReplicationUser.toTry())
                .whenCompleteAsync(
                        (user, problem) -> {
                            isAsking = false;
                            if (problem == null) {
                                lacksUsers = false;
                            } else if (ReplicationUser.isUnsupported(NodeException.of(problem))) {
                                lacksUsers = true;
                            }
                            send();
                        },
                        loop);
    }

    private void note(@Nullable RespValue reply, @Nullable Throwable problem) {
        if (problem == null) {
            refused = false;
        } else if (NodeException.of(problem).isErrorReply() && !refused) {
            refused = true;
            LOG.warnf(
                    "Node refuses the password of its master; its own configuration must contain it: node=%s error=%s",
                    node, NodeException.of(problem).text());
        }
    }
}
