package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which clusters mark their nodes. A cluster does if all its proxies can: a node without a mark would be taken for one
 * with keys of somebody else as soon as its proxy looks for marks.
 */
final class Marks {
    private static final int ID_BYTES = 8;

    private Marks() {}

    /** The id of a new cluster; absent if its nodes are not marked. */
    static @Nullable String idOfNew(
            Metadata state, PlanContext context, ClusterName name, List<Allocation.Pair> pairs) {
        String installation = state.installationId();
        boolean all = pairs.stream().allMatch(pair -> marks(pair.first()) && marks(pair.second()));
        // The time tells apart what is created before and after older metadata was restored.
        return installation == null || !all
                ? null
                : digest(installation + " " + name + " " + state.globalEpoch() + " " + context.nowSeconds());
    }

    /** A cluster that has got proxies: with its id only if they mark their nodes, too. */
    static StoredCluster kept(Metadata state, StoredCluster cluster) {
        boolean all = cluster.proxies()
                .map(proxy -> state.allProxies().get(proxy))
                .allMatch(proxy -> proxy != null && marks(proxy));
        return all ? cluster : cluster.unmarked();
    }

    /** A proxy that does not mark its nodes must not learn of spares. */
    static boolean mayJoin(ProxyResource proxy, StoredCluster cluster) {
        return marks(proxy) || !cluster.hasSpares();
    }

    private static boolean marks(ProxyResource proxy) {
        return proxy.marking() != null;
    }

    private static String digest(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(sum, ID_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
