package io.undermoon.broker.proxy;

import io.undermoon.broker.plan.ProxyReport;
import io.undermoon.broker.plan.ProxyReport.Content;
import io.undermoon.broker.plan.ProxyReport.NodeRole;
import io.undermoon.broker.plan.ProxyReport.Slots;
import io.undermoon.broker.store.ProxyReports;
import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespConnection;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends {@code UMCTL GETEPOCH} and {@code UMCTL INFO} to proxies, each on a connection of its own. Of the latter:
 *
 * <pre>
 * "Cluster"     [cluster, "local", [.., .., "nodes:", [node, [slots…]]…], …]
 * "Replication" [["cluster:…", "role:…", "node_address:…", "replica:&lt;node&gt;@&lt;proxy&gt;"…]…]
 * slots         ["&lt;n&gt; &lt;range&gt;…"] or of a migration [epoch, …, "&lt;n&gt; &lt;range&gt;…"]
 * </pre>
 */
public final class RespProxyReports implements ProxyReports {
    private static final Logger LOG = Logger.getLogger(RespProxyReports.class);
    private static final List<List<String>> QUESTIONS = List.of(List.of("UMCTL", "GETEPOCH"), List.of("UMCTL", "INFO"));
    private static final int FIRST_NODE = 3;

    /** What a proxy of a large cluster has is some 100 KB of text, and several times that when it is read. */
    private static final int AT_ONCE = 64;

    private final RespClient client;

    public RespProxyReports(RespClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<Map<ProxyAddress, Optional<ProxyReport>>> ask(Collection<ProxyAddress> proxies) {
        return FanOut.all(proxies, AT_ONCE, this::ask);
    }

    private CompletableFuture<Optional<ProxyReport>> ask(ProxyAddress proxy) {
        return client.connect(HostPort.parse(proxy.value()))
                .thenCompose(RespProxyReports::exchange)
                .thenApply(replies -> Optional.of(report(proxy, replies)))
                .exceptionally(failure -> {
                    String reason = RespClientException.of(failure).getMessage();
                    LOG.infof("Epoch unknown: proxy=%s reason=%s", proxy, reason);
                    return Optional.empty();
                });
    }

    private static CompletableFuture<List<RespValue>> exchange(RespConnection connection) {
        return connection.exchange(QUESTIONS).whenComplete((replies, failure) -> connection.close());
    }

    private static ProxyReport report(ProxyAddress proxy, List<RespValue> replies) {
        Epoch epoch = new Epoch(Long.parseLong(replies.get(0).asText()));
        try {
            return new ProxyReport(epoch, Optional.of(content(replies.get(1))));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            LOG.infof("Reply to UMCTL INFO not understood: proxy=%s reason=%s", proxy, e.getMessage());
            return new ProxyReport(epoch, Optional.empty());
        }
    }

    /** @throws IllegalArgumentException if the reply is another one */
    static Content content(RespValue info) {
        List<RespValue> parts = items(info);
        List<RespValue> cluster = items(parts.get(1));
        String name = cluster.get(0).asText();
        List<NodeRole> nodes =
                items(parts.get(3)).stream().map(RespProxyReports::node).toList();
        return new Content(name.isEmpty() ? null : new ClusterName(name), nodes, slots(items(cluster.get(2))));
    }

    private static NodeRole node(RespValue lines) {
        Role role = null;
        NodeAddress node = null;
        List<ReplPeer> peers = new ArrayList<>();
        for (RespValue line : items(lines)) {
            String text = line.asText().strip();
            int colon = text.indexOf(':');
            String value = text.substring(colon + 1);
            switch (text.substring(0, Math.max(0, colon))) {
                case "role" -> role = Role.parse(value);
                case "node_address" -> node = new NodeAddress(value);
                case "replica", "master" -> {
                    int at = value.indexOf('@');
                    peers.add(new ReplPeer(
                            new NodeAddress(value.substring(0, Math.max(0, at))),
                            new ProxyAddress(value.substring(at + 1))));
                }
                default -> {}
            }
        }
        return new NodeRole(required("node_address", node), required("role", role), peers);
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("a node has no " + name);
        }
        return value;
    }

    private static Map<NodeAddress, Slots> slots(List<RespValue> local) {
        Map<NodeAddress, Slots> slots = new HashMap<>();
        for (RespValue owner : local.subList(FIRST_NODE, local.size())) {
            List<RespValue> parts = items(owner);
            NodeAddress node = new NodeAddress(parts.get(0).asText());
            SlotRanges stable = SlotRanges.NONE;
            SlotRanges leaving = SlotRanges.NONE;
            for (RespValue range : items(parts.get(1))) {
                List<String> words =
                        items(range).stream().map(RespValue::asText).toList();
                SlotRanges ranges = ranges(words.get(words.size() - 1));
                if (words.size() == 1) {
                    stable = stable.union(ranges);
                } else if (words.contains("src_node: " + node)) {
                    leaving = leaving.union(ranges);
                }
            }
            slots.put(node, new Slots(stable, leaving));
        }
        return slots;
    }

    /** Reads {@code <n> <start>-<end>…}. */
    private static SlotRanges ranges(String text) {
        List<SlotRange> ranges = new ArrayList<>();
        for (String range :
                Arrays.asList(text.strip().split(" +")).subList(1, text.strip().split(" +").length)) {
            String[] ends = range.split("-", -1);
            ranges.add(SlotRange.between(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
        }
        return new SlotRanges(ranges);
    }

    private static List<RespValue> items(RespValue value) {
        if (!(value instanceof RespValue.Array array)) {
            throw new IllegalArgumentException("not an array: " + value.asText());
        }
        return array.items();
    }
}
