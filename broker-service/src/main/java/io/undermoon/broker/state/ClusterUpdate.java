package io.undermoon.broker.state;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.ClusterChange;
import io.undermoon.umctl.ClusterContent;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What coordinators send to the proxies of a cluster, so that they get from one of its epochs to the present.
 *
 * @param base the epoch it leads from; 0 if it leads from anything
 * @param epoch the present one
 * @param first the proxies that get it before all others, in groups of which one comes after the other
 * @param roles the arguments of {@code UMCTL SETREPL} for each proxy whose nodes have other roles than before
 * @param change the same for all proxies: the text of a {@link ClusterChange}
 */
public record ClusterUpdate(
        ClusterName clusterName,
        Epoch base,
        Epoch epoch,
        List<List<ProxyAddress>> first,

        @Schema(implementation = Object.class) Map<ProxyAddress, List<String>> roles,

        String change) {

    /**
     * Who learns of new metadata first. A proxy that is to serve more slots must know of them before others redirect
     * clients to it; one that has lost its slots must redirect clients before the others rely on it.
     */
    private enum Turn {
        /** It imports slots, or has masters or slots that it did not have: the survivor of a failover, for one. */
        RECEIVES,
        /** It has no slots, or none any more. */
        HAS_NONE,
        /** Something else about its nodes has changed. */
        DIFFERS
    }

    /**
     * All that the proxies of a cluster know at an epoch.
     *
     * @param roles of the nodes of each proxy
     */
    record Extent(ClusterContent content, Map<ProxyAddress, SetRepl> roles) {}

    static ClusterUpdate whole(Extent extent) {
        ClusterContent content = extent.content();
        List<ProxyAddress> importing = new ArrayList<>();
        List<ProxyAddress> without = new ArrayList<>();
        List<ProxyAddress> with = new ArrayList<>();
        extent.roles().keySet().forEach(proxy -> {
            List<TaggedSlots> slots = slotsOf(content, proxy);
            boolean imports = slots.stream().anyMatch(TaggedSlots::isImporting);
            (imports ? importing : slots.isEmpty() ? without : with).add(proxy);
        });
        return new ClusterUpdate(
                content.name(),
                Epoch.ZERO,
                content.epoch(),
                List.of(importing, without, with),
                arguments(extent.roles()),
                ClusterChange.whole(content).print());
    }

    static ClusterUpdate between(Extent before, Extent after) {
        ClusterContent old = before.content();
        ClusterContent now = after.content();
        Map<ProxyAddress, SetRepl> roles = new LinkedHashMap<>(after.roles());
        roles.entrySet().removeIf(entry -> {
            SetRepl former = before.roles().get(entry.getKey());
            return former != null && former.withEpoch(now.epoch()).equals(entry.getValue());
        });
        List<List<ProxyAddress>> first = new ArrayList<>();
        for (Turn turn : Turn.values()) {
            first.add(after.roles().keySet().stream()
                    .filter(proxy -> differs(old, now, proxy) || roles.containsKey(proxy))
                    .filter(proxy -> turnOf(old, now, proxy) == turn)
                    .toList());
        }
        return new ClusterUpdate(
                now.name(),
                old.epoch(),
                now.epoch(),
                first,
                arguments(roles),
                ClusterChange.between(old, now).print());
    }

    private static boolean differs(ClusterContent before, ClusterContent after, ProxyAddress proxy) {
        return !mastersOf(before, proxy).equals(mastersOf(after, proxy));
    }

    private static Turn turnOf(ClusterContent before, ClusterContent after, ProxyAddress proxy) {
        List<TaggedSlots> slots = slotsOf(after, proxy);
        boolean receives = slots.stream().anyMatch(TaggedSlots::isImporting)
                || !mastersOf(before, proxy)
                        .keySet()
                        .containsAll(mastersOf(after, proxy).keySet())
                || count(slots) > count(slotsOf(before, proxy));
        if (receives) {
            return Turn.RECEIVES;
        }
        return slots.isEmpty() ? Turn.HAS_NONE : Turn.DIFFERS;
    }

    private static Map<NodeAddress, List<TaggedSlots>> mastersOf(ClusterContent content, ProxyAddress proxy) {
        return content.masters().getOrDefault(proxy, Map.of());
    }

    private static List<TaggedSlots> slotsOf(ClusterContent content, ProxyAddress proxy) {
        return mastersOf(content, proxy).values().stream().flatMap(List::stream).toList();
    }

    private static int count(List<TaggedSlots> slots) {
        return slots.stream().mapToInt(range -> range.rangeList().size()).sum();
    }

    private static Map<ProxyAddress, List<String>> arguments(Map<ProxyAddress, SetRepl> roles) {
        Map<ProxyAddress, List<String>> arguments = new LinkedHashMap<>();
        roles.forEach((proxy, message) -> arguments.put(proxy, message.toArguments()));
        return arguments;
    }
}
