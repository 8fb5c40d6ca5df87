package io.undermoon.broker.observe;

import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a cluster, as far as its proxies tell them: a proxy that does not is missing in the sums. Figures are
 * absent as long as no proxy has told any.
 *
 * @param proxies that can have masters
 * @param proxiesKnown of which the figures are known
 * @param callMicros how long clients wait for a reply, on average over all commands of the last seconds
 * @param usedMemory bytes of the masters
 * @param maxMemory the limit of it; 0 if a master has none
 * @param lagBytes how much of the replication stream the replica that is furthest behind lacks
 * @param inputKilobytes per second, from clients
 * @param outputKilobytes per second, to clients
 */
public record ClusterFigures(
        int proxies,
        int proxiesKnown,
        @Nullable Long opsPerSecond,
        @Nullable Double callMicros,
        @Nullable Long usedMemory,
        @Nullable Long maxMemory,
        @Nullable Long keys,
        @Nullable Long clients,
        @Nullable Long lagBytes,
        @Nullable Double inputKilobytes,
        @Nullable Double outputKilobytes) {
    /** Sums up what is known. */
    public static ClusterFigures of(StoredCluster cluster, ProxyObserver observer) {
        List<ProxyAddress> proxies = cluster.halves().toList();
        long now = observer.nowMillis();
        int known = 0;
        long ops = 0;
        double weightedMicros = 0;
        long weight = 0;
        long used = 0;
        long max = 0;
        boolean isLimited = true;
        long keys = 0;
        long clients = 0;
        double input = 0;
        double output = 0;
        for (ProxyAddress proxy : proxies) {
            Observation seen = observer.of(proxy);
            Figures figures = seen.figuresAt(now);
            if (figures == null) {
                continue;
            }
            known++;
            ops += figures.opsPerSecond();
            if (seen.callMicros() != null) {
                long share = Math.max(1, figures.opsPerSecond());
                weightedMicros += seen.callMicros() * share;
                weight += share;
            }
            used += figures.usedMemory();
            max += figures.maxMemory();
            isLimited &= figures.maxMemory() > 0 || figures.usedMemory() == 0;
            keys += figures.keys();
            clients += figures.clients();
            input += figures.inputKilobytes();
            output += figures.outputKilobytes();
        }
        boolean isKnown = known > 0;
        return new ClusterFigures(
                proxies.size(),
                known,
                isKnown ? ops : null,
                weight > 0 ? weightedMicros / weight : null,
                isKnown ? used : null,
                isKnown ? isLimited ? max : 0 : null,
                isKnown ? keys : null,
                isKnown ? clients : null,
                lags(cluster, observer).values().stream().max(Long::compare).orElse(null),
                isKnown ? input : null,
                isKnown ? output : null);
    }

    /**
     * How many bytes of the stream each replica lacks that is connected to its master, as far as both offsets are
     * known. They are not read at the same moment, so what is written meanwhile counts as lag.
     */
    public static Map<NodeAddress, Long> lags(StoredCluster cluster, ProxyObserver observer) {
        Map<NodeAddress, NodeAnswer> nodes = nodes(cluster, observer);
        Map<NodeAddress, Long> lags = new HashMap<>();
        nodes.values().forEach(node -> {
            NodeAnswer master = node.master() == null ? null : nodes.get(node.master());
            if (master != null
                    && master.offset() > 0
                    && node.offset() > 0
                    && !node.link().equals("down")) {
                lags.put(node.address(), Math.max(0, master.offset() - node.offset()));
            }
        });
        return lags;
    }

    /** What the proxies of a cluster that answer say of their nodes. */
    public static Map<NodeAddress, NodeAnswer> nodes(StoredCluster cluster, ProxyObserver observer) {
        Map<NodeAddress, NodeAnswer> nodes = new HashMap<>();
        cluster.proxies().forEach(proxy -> {
            Observation seen = observer.of(proxy);
            List<NodeAnswer> answers = seen.answer() == null || seen.isSilent()
                    ? null
                    : seen.answer().nodes();
            if (answers != null) {
                answers.forEach(node -> nodes.put(node.address(), node));
            }
        });
        return nodes;
    }
}
