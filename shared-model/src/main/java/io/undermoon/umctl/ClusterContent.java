package io.undermoon.umctl;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all proxies of a cluster know of it, before each has told its own nodes from those of its peers.
 *
 * @param masters the master nodes of each proxy that has any, with their slots
 * @param replicas every replica, by its node
 */
public record ClusterContent(
        ClusterName name,
        Epoch epoch,
        Map<ProxyAddress, Map<NodeAddress, List<TaggedSlots>>> masters,
        Map<NodeAddress, ReplicaNode> replicas,
        ClusterConfig config) {
    private static final int DIGEST_BYTES = 8;

    public ClusterContent {
        masters = Collections.unmodifiableMap(new LinkedHashMap<>(masters));
        replicas = Collections.unmodifiableMap(new LinkedHashMap<>(replicas));
    }

    /** Distinguishes this content from others of the same cluster, whatever order it has. */
    String digest() {
        Map<ProxyAddress, List<TaggedSlots>> owners = new LinkedHashMap<>();
        masters.forEach((proxy, nodes) -> owners.put(proxy, merged(nodes)));
        return digest(owners, replicas.values(), config);
    }

    /** The slots of all masters of a proxy, as its peers have them. */
    static List<TaggedSlots> merged(Map<NodeAddress, List<TaggedSlots>> nodes) {
        return nodes.values().stream().flatMap(List::stream).toList();
    }

    /** The digest of the content of which a proxy has a message. */
    static String digest(SetCluster message, ProxyAddress self) {
        Map<ProxyAddress, List<TaggedSlots>> owners = new LinkedHashMap<>(message.peers());
        if (!message.local().isEmpty()) {
            owners.put(self, merged(message.local()));
        }
        return digest(owners, message.replicas(), message.config());
    }

    private static String digest(
            Map<ProxyAddress, List<TaggedSlots>> owners, Collection<ReplicaNode> replicas, ClusterConfig config) {
        Map<String, List<TaggedSlots>> sorted = new TreeMap<>();
        owners.forEach((proxy, slots) -> sorted.put("m " + proxy, slots));
        replicas.forEach(replica -> sorted.put(
                "r " + replica.nodeAddress() + " " + replica.proxyAddress() + " " + replica.masterProxyAddress(),
                replica.slots()));
        MessageDigest digest = sha256();
        sorted.forEach((owner, slots) -> {
            List<String> texts =
                    slots.stream().map(ClusterContent::text).sorted().toList();
            digest.update((owner + "\n" + String.join("\n", texts) + "\n").getBytes(StandardCharsets.UTF_8));
        });
        digest.update(config.toFields().toString().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    }

    private static String text(TaggedSlots slots) {
        List<String> words = new ArrayList<>();
        SlotText.print(slots, words);
        return String.join(" ", words);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
