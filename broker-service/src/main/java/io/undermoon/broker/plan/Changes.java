package io.undermoon.broker.plan;

import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a change of the metadata does, in sentences for people.
 *
 * @param sentences in the order in which they matter
 * @param moves slots that will move
 */
public record Changes(List<String> sentences, List<Move> moves) {
    private static final int MAX_SENTENCES = 60;
    private static final int MAX_NAMED = 6;

    public Changes {
        sentences = List.copyOf(sentences);
        moves = List.copyOf(moves);
    }

    /**
     * Slots that move from one master to another.
     *
     * @param slots how many
     */
    public record Move(ClusterName cluster, NodeAddress source, NodeAddress destination, int slots) {}

    /** What is different in the second value. */
    public static Changes between(Metadata before, Metadata after) {
        List<String> sentences = new ArrayList<>();
        List<Move> moves = new ArrayList<>();
        Set<ClusterName> names = new TreeSet<>(before.clusters().keySet());
        names.addAll(after.clusters().keySet());
        for (ClusterName name : names) {
            StoredCluster old = before.clusters().get(name);
            StoredCluster next = after.clusters().get(name);
            if (old == null && next != null) {
                sentences.add("Cluster " + name + " is created with " + next.nodeNumber() + " nodes behind "
                        + named(next.proxies().toList()) + ".");
            } else if (old != null && next == null) {
                sentences.add("Cluster " + name + " is removed. Its " + old.nodeNumber()
                        + " nodes are emptied: all its keys are lost. Its proxies become free: "
                        + named(old.proxies().toList()) + ".");
            } else if (old != null && !old.equals(next)) {
                cluster(old, Objects.requireNonNull(next), sentences, moves);
            }
        }
        system(before, after, sentences);
        if (sentences.size() > MAX_SENTENCES) {
            int more = sentences.size() - MAX_SENTENCES;
            sentences = new ArrayList<>(sentences.subList(0, MAX_SENTENCES));
            sentences.add("And " + more + " changes more.");
        }
        return new Changes(sentences, moves);
    }

    private static void cluster(StoredCluster old, StoredCluster next, List<String> sentences, List<Move> moves) {
        ClusterName name = next.name();
        Set<ProxyAddress> left = new TreeSet<>(old.proxies().toList());
        Set<ProxyAddress> joined = new TreeSet<>(next.proxies().toList());
        joined.removeAll(old.proxies().toList());
        left.removeAll(next.proxies().toList());
        if (!joined.isEmpty()) {
            sentences.add("Cluster " + name + " gets " + proxies(joined) + named(joined) + ".");
        }
        if (!left.isEmpty()) {
            sentences.add("Cluster " + name + " lets go of " + proxies(left) + named(left) + ".");
        }
        masters(old, next, sentences);
        spares(old, next, sentences);
        tasks(old, next, sentences, moves);
        Map<String, String> fields = fields(old.config());
        fields(next.config()).forEach((field, value) -> {
            String former = fields.get(field);
            if (!value.equals(former)) {
                sentences.add("Setting " + field + " of cluster " + name + " becomes " + value
                        + (former == null ? "." : ", it is " + former + " now."));
            }
        });
        fields.keySet().removeAll(fields(next.config()).keySet());
        fields.keySet().stream()
                .sorted()
                .forEach(field -> sentences.add("Setting " + field + " of cluster " + name + " gets its default."));
    }

    private static Map<String, String> fields(ClusterConfig config) {
        Map<String, String> fields = new LinkedHashMap<>(config.toFields());
        fields.put("copies", String.valueOf(ClusterConfig.MIN_COPIES + config.wantedSpares()));
        return fields;
    }

    private static void masters(StoredCluster old, StoredCluster next, List<String> sentences) {
        Map<List<ProxyAddress>, StoredChunk> chunks = new HashMap<>();
        old.chunks().forEach(chunk -> chunks.put(chunk.proxyAddresses(), chunk));
        for (int i = 0; i < next.chunks().size(); i++) {
            StoredChunk chunk = next.chunks().get(i);
            StoredChunk former = chunks.get(chunk.proxyAddresses());
            if (former == null && next.chunks().size() == old.chunks().size()) {
                former = old.chunks().get(i);
            }
            for (int part = 0; former != null && part < StoredChunk.PARTS; part++) {
                if (!former.master(part).equals(chunk.master(part))) {
                    sentences.add("Node " + chunk.master(part) + " behind "
                            + chunk.proxyOfNode(chunk.rolePosition().masterNode(part)) + " becomes master of "
                            + count(slotsOf(chunk, part), "slot") + ", in place of " + former.master(part) + ".");
                }
            }
        }
    }

    private static void spares(StoredCluster old, StoredCluster next, List<String> sentences) {
        Set<ProxyAddress> former = new HashSet<>();
        old.chunks().forEach(chunk -> chunk.spares().forEach(spare -> former.add(spare.proxyAddress())));
        for (StoredChunk chunk : next.chunks()) {
            for (Spare spare : chunk.spares()) {
                if (!former.contains(spare.proxyAddress())) {
                    sentences.add("Proxy " + spare.proxyAddress() + " becomes a hot spare of "
                            + named(chunk.proxyAddresses()) + ".");
                }
            }
        }
    }

    private static void tasks(StoredCluster old, StoredCluster next, List<String> sentences, List<Move> moves) {
        ClusterView view = ClusterView.of(next);
        List<Move> added = new ArrayList<>();
        for (MigratingSlots task : next.tasks()) {
            if (old.tasks().stream().noneMatch(known -> isSame(known, task))) {
                MigrationMeta meta = view.task(task).slotRange().migration().orElseThrow();
                added.add(new Move(
                        next.name(),
                        meta.srcNodeAddress(),
                        meta.dstNodeAddress(),
                        task.rangeList().size()));
            }
        }
        long gone = old.tasks().stream()
                .filter(known -> next.tasks().stream().noneMatch(task -> isSame(known, task)))
                .count();
        if (gone > 0) {
            sentences.add(count((int) gone, "move") + " of slots of cluster " + next.name()
                    + (gone == 1 ? " is" : " are") + " given up; the slots stay at their sources.");
        }
        if (!added.isEmpty()) {
            int slots = added.stream().mapToInt(Move::slots).sum();
            sentences.add(count(slots, "slot") + " of cluster " + next.name() + (slots == 1 ? " goes" : " go") + " in "
                    + count(added.size(), "move") + " while clients go on; "
                    + next.runningTasks().size() + " at once at first.");
        }
        moves.addAll(added);
    }

    /** Whether it is the same move, perhaps started meanwhile. */
    private static boolean isSame(MigratingSlots one, MigratingSlots other) {
        return one.rangeList().equals(other.rangeList())
                && one.meta().source().equals(other.meta().source())
                && one.meta().destination().equals(other.meta().destination());
    }

    private static void system(Metadata before, Metadata after, List<String> sentences) {
        minus(after.drainingHosts(), before.drainingHosts())
                .forEach(host -> sentences.add("Host " + host + " is emptied; nothing is placed on it from now on."));
        minus(before.drainingHosts(), after.drainingHosts())
                .forEach(host -> sentences.add("Host " + host + " may be used again."));
        minus(after.failedProxies(), before.failedProxies())
                .forEach(proxy -> sentences.add("Proxy " + proxy + " counts as failed until it registers again."));
        minus(after.maintenance().keySet(), before.maintenance().keySet())
                .forEach(proxy ->
                        sentences.add("Proxy " + proxy + " is under maintenance and is not replaced" + " meanwhile."));
        minus(before.maintenance().keySet(), after.maintenance().keySet())
                .forEach(proxy -> sentences.add("The maintenance of proxy " + proxy + " ends."));
        minus(before.allProxies().keySet(), after.allProxies().keySet())
                .forEach(proxy -> sentences.add("Proxy " + proxy + " is not registered any more."));
    }

    private static <T> Set<T> minus(Set<T> all, Set<T> others) {
        Set<T> rest = new TreeSet<>(all);
        rest.removeAll(others);
        return rest;
    }

    private static int slotsOf(StoredChunk chunk, int part) {
        return chunk.stable(part).size()
                + chunk.migratingSlots().get(part).stream()
                        .filter(MigratingSlots::isMigrating)
                        .mapToInt(task -> task.rangeList().size())
                        .sum();
    }

    private static String proxies(Set<ProxyAddress> proxies) {
        return proxies.size() == 1 ? "proxy " : proxies.size() + " proxies: ";
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String named(Iterable<ProxyAddress> proxies) {
        List<String> names = new ArrayList<>();
        proxies.forEach(proxy -> names.add(proxy.value()));
        return names.size() <= MAX_NAMED
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, MAX_NAMED)) + " and " + (names.size() - MAX_NAMED) + " more";
    }
}
