package io.undermoon.dev.clusterclient;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The nodes of all slots, as one node reported them at one time. Immutable. */
public final class SlotMap {
    /** A master and its replicas, in the order in which they were listed. */
    public record Shard(HostPort master, List<HostPort> replicas) {
        public Shard {
            replicas = List.copyOf(replicas);
        }
    }

    private final Optional<Shard>[] shards;

    private SlotMap(Optional<Shard>[] shards) {
        this.shards = shards;
    }

    /** One node owns all slots. */
    static SlotMap of(HostPort node) {
        Optional<Shard>[] shards = empty();
        Arrays.fill(shards, Optional.of(new Shard(node, List.of())));
        return new SlotMap(shards);
    }

    /**
     * Reads a reply to {@code CLUSTER SLOTS}.
     *
     * @param from who answered: a node whose host is not told has the same
     */
    public static SlotMap parse(RespValue reply, HostPort from) {
        Optional<Shard>[] shards = empty();
        for (RespValue range : Reply.items(reply)) {
            List<RespValue> parts = Reply.items(range);
            List<HostPort> nodes = new ArrayList<>();
            for (RespValue node : parts.subList(2, parts.size())) {
                nodes.add(node(Reply.items(node), from));
            }
            Shard shard = new Shard(nodes.get(0), nodes.subList(1, nodes.size()));
            int first = (int) Reply.number(parts.get(0));
            int last = (int) Reply.number(parts.get(1));
            Arrays.fill(shards, first, last + 1, Optional.of(shard));
        }
        return new SlotMap(shards);
    }

    private static HostPort node(List<RespValue> parts, HostPort from) {
        String host = Reply.isNull(parts.get(0)) ? "" : Reply.text(parts.get(0));
        return new HostPort(host.isEmpty() ? from.host() : host, (int) Reply.number(parts.get(1)));
    }

    public Optional<Shard> shard(int slot) {
        return shards[slot];
    }

    /** The same with one slot at another master, of which the replicas are known if it has other slots. */
    SlotMap with(int slot, HostPort master) {
        Optional<Shard> known = Arrays.stream(shards)
                .flatMap(Optional::stream)
                .filter(shard -> shard.master().equals(master))
                .findFirst();
        Optional<Shard>[] changed = shards.clone();
        changed[slot] = Optional.of(known.orElse(new Shard(master, List.of())));
        return new SlotMap(changed);
    }

    Set<HostPort> masters() {
        Set<HostPort> masters = new LinkedHashSet<>();
        Arrays.stream(shards).flatMap(Optional::stream).forEach(shard -> masters.add(shard.master()));
        return masters;
    }

    /** The highest number of replicas that a master has. */
    int replicas() {
        return Arrays.stream(shards)
                .flatMap(Optional::stream)
                .mapToInt(shard -> shard.replicas().size())
                .max()
                .orElse(0);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Optional<Shard>[] empty() {
        Optional[] shards = new Optional[Slot.COUNT];
        Arrays.fill(shards, Optional.empty());
        return shards;
    }
}
