package io.undermoon.proxy.node;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.route.Endpoints;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Notices clients that are connected to the Redis nodes behind this proxy and did not come through a proxy: whatever
 * they write is in no order with a slot move, a change of roles or a lease, and may be lost by any of them. Asks each
 * node for its list of clients, in which the connections of proxies have names of their own.
 *
 * <p>Who writes is named in the log, once a minute for each node. A node that refuses {@code CLIENT SETNAME} or {@code
 * CLIENT LIST} tells nothing, and no client counts as foreign there. Works on the control loop; the questions are for
 * any thread.
 */
public final class ForeignClients {
    /** The beginning of the names of connections that proxies make. */
    public static final String NAME_PREFIX = "undermoon";

    /** What a node says of a client that has sent no command. */
    public static final String NO_COMMAND = "NULL";

    private static final Logger LOG = Logger.getLogger(ForeignClients.class);
    private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final NodeClient client;
    private final Endpoints endpoints;
    private final Supplier<List<NodeAddress>> nodes;
    private final String ownName;
    private final Predicate<String> mayWrite;
    private final LongSupplier nanoClock;
    private final Map<NodeAddress, Integer> counts = new ConcurrentHashMap<>();
    private final Map<NodeAddress, Long> loggedNanos = new ConcurrentHashMap<>();

    /** The nodes whose answer is due. */
    private final Set<NodeAddress> pending = new HashSet<>();

    /**
     * @param nodes behind this proxy
     * @param ownName of this proxy's connections, see {@link #nameOf}
     * @param mayWrite whether a command, as a node names it, may change data
     * @param nanoClock as {@link System#nanoTime}
     */
    public ForeignClients(
            NodeClient client,
            Endpoints endpoints,
            Supplier<List<NodeAddress>> nodes,
            String ownName,
            Predicate<String> mayWrite,
            LongSupplier nanoClock) {
        this.client = client;
        this.endpoints = endpoints;
        this.nodes = nodes;
        this.ownName = ownName;
        this.mayWrite = mayWrite;
        this.nanoClock = nanoClock;
    }

    /** The name of the connections of a proxy at its nodes. */
    public static String nameOf(Object proxy) {
        return NAME_PREFIX + ":" + proxy;
    }

    /** Asks on the loop from now on; never if the interval is 0. */
    public void start(EventLoop loop, Duration interval) {
        if (!interval.isZero()) {
            loop.scheduleWithFixedDelay(() -> ask(loop), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** How many clients at a node did not come through a proxy; empty if that is not known. */
    public OptionalInt count(NodeAddress node) {
        Integer count = counts.get(node);
        return count == null ? OptionalInt.empty() : OptionalInt.of(count);
    }

    private void ask(EventLoop loop) {
        List<NodeAddress> present = nodes.get();
        counts.keySet().retainAll(present);
        for (NodeAddress node : present) {
            if (pending.add(node)) {
                client.call(endpoints.redis(node.value()), "CLIENT", "LIST", "TYPE", "normal")
                        .whenCompleteAsync(
                                (reply, problem) -> {
                                    pending.remove(node);
                                    if (problem == null) {
                                        listed(node, ReplyValues.text(reply));
                                    } else {
                                        counts.remove(node);
                                        LOG.debugf(
                                                "Clients of a node are unknown: node=%s reason=%s",
                                                node, NodeException.reason(problem));
                                    }
                                },
                                loop);
            }
        }
    }

    private void listed(NodeAddress node, String list) {
        List<ListedClient> all = ListedClient.parse(list);
        if (all.stream().noneMatch(each -> each.name().equals(ownName))) {
            counts.remove(node);
            return;
        }
        List<ListedClient> foreign =
                all.stream().filter(each -> !each.isOfProxy()).toList();
        counts.put(node, foreign.size());
        foreign.stream()
                .filter(each -> mayWrite.test(each.command()))
                .findFirst()
                .ifPresent(writer -> log(node, writer, foreign.size()));
    }

    private void log(NodeAddress node, ListedClient writer, int count) {
        long now = nanoClock.getAsLong();
        Long last = loggedNanos.get(node);
        if (last == null || now - last >= LOG_INTERVAL_NANOS) {
            loggedNanos.put(node, now);
            LOG.warnf(
                    "A client writes to a node and has not come through a proxy, what it writes may be lost:"
                            + " node=%s client=%s name=%s user=%s command=%s foreign_clients=%d",
                    node, writer.address(), writer.name(), writer.user(), writer.command(), count);
        }
    }
}
