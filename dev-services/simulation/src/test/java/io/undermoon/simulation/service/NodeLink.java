package io.undermoon.simulation.service;

import io.undermoon.resp.RespValue;
import io.undermoon.simulation.redis.ClientConnection;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.simulation.redis.StreamFollower;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection of a task of a proxy to a node, which ends with the life of either. */
public final class NodeLink {
    private static final long CONNECT_TIMEOUT = World.SECOND;
    private static final long REPLY_TIMEOUT = 30 * World.SECOND;
    private static final long WATCH_INTERVAL = 5 * World.SECOND;

    private final World world;
    private final Network network;
    private final SimProcess proxy;
    private final int life;
    private final RedisServer node;
    private final Owner owner;
    private @Nullable ClientConnection there;
    private @Nullable StreamFollower follower;
    private boolean ready;
    private boolean closed;
    private long sent;
    private long answered;

    /** When the last reply came, or the first command without one was sent. */
    private long lastHeardNanos;

    /** The task. */
    public interface Owner {
        void ready();

        /** The connection is gone, or could not be established; called once. */
        void lost(String reason);
    }

    /** @param isAllowed whether the present run of the node may be connected to */
    NodeLink(World world, Network network, SimProcess proxy, RedisServer node, boolean isAllowed, Owner owner) {
        this.world = world;
        this.network = network;
        this.proxy = proxy;
        this.life = proxy.generation();
        this.node = node;
        this.owner = owner;
        if (isAllowed) {
            network.send(proxy, node.process(), this::accept, () -> end("refused"));
            world.timeout(proxy, CONNECT_TIMEOUT, () -> ready, () -> end("no answer"));
            world.later(proxy, WATCH_INTERVAL, this::watch);
        } else {
            world.later(proxy, World.MILLI, () -> end("the run may not serve"));
        }
    }

    /** At the node. */
    private void accept() {
        there = node.accept(() -> world.later(proxy, World.MILLI, () -> end("closed by the node")));
        toProxy(() -> {
            if (!closed) {
                ready = true;
                owner.ready();
            }
        });
    }

    private void toProxy(Runnable arrived) {
        network.answer(node.process(), proxy, life, arrived, () -> {});
    }

    private void watch() {
        if (!closed) {
            if (answered < sent && world.nowNanos() - lastHeardNanos > REPLY_TIMEOUT) {
                end("no reply");
            } else {
                world.later(proxy, WATCH_INTERVAL, this::watch);
            }
        }
    }

    public boolean isReady() {
        return ready && !closed;
    }

    /** How many commands were sent. */
    public long sent() {
        return sent;
    }

    /** Sends a command; there is no reply once the connection is lost or closed. */
    public void call(List<String> command, Consumer<RespValue> reply) {
        if (answered == sent) {
            lastHeardNanos = world.nowNanos();
        }
        sent++;
        atNode(client -> node.execute(
                client,
                command,
                value -> toProxy(() -> {
                    if (!closed) {
                        answered++;
                        lastHeardNanos = world.nowNanos();
                        reply.accept(value);
                    }
                })));
    }

    private void atNode(Consumer<ClientConnection> action) {
        if (closed) {
            return;
        }
        network.send(
                proxy,
                node.process(),
                () -> {
                    ClientConnection client = there;
                    if (client != null && client.isOpen()) {
                        action.accept(client);
                    }
                },
                () -> end("gone"));
    }

    /**
     * Follows what the node executes.
     *
     * @param attached is run when all changes from then on are told
     */
    public void follow(Runnable attached, Consumer<List<String>> changes) {
        atNode(client -> {
            StreamFollower made = new StreamFollower() {
                @Override
                public void executed(List<List<String>> commands) {
                    toProxy(() -> {
                        if (!closed) {
                            commands.forEach(changes);
                        }
                    });
                }

                @Override
                public void ended() {
                    world.later(proxy, World.MILLI, () -> end("no master any more"));
                }
            };
            follower = made;
            boolean follows = node.follow(made);
            toProxy(() -> {
                if (!follows) {
                    end("no master");
                } else if (!closed) {
                    attached.run();
                }
            });
        });
    }

    private void end(String reason) {
        if (!closed && proxy.generation() == life) {
            close();
            owner.lost(node + ": " + reason);
        }
    }

    /** Closes it; the owner is told nothing more. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        network.send(
                proxy,
                node.process(),
                () -> {
                    if (there != null) {
                        node.leave(there);
                    }
                    if (follower != null) {
                        node.leave(follower);
                    }
                },
                () -> {});
    }
}
