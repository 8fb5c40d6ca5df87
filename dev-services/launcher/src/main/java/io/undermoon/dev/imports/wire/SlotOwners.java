package io.undermoon.dev.imports.wire;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Who serves which slots of an installation, as one server told it. Immutable. */
public final class SlotOwners {
    private final @Nullable HostPort[] owners;
    private final boolean isCluster;

    private SlotOwners(@Nullable HostPort[] owners, boolean isCluster) {
        this.owners = owners;
        this.isCluster = isCluster;
    }

    /** Asks a server, which owns all slots itself if it is in no cluster. */
    public static SlotOwners ask(RedisConnection connection) throws IOException {
        RespValue reply = connection.call("CLUSTER", "SLOTS");
        if (reply instanceof Failure failure) {
            if (failure.text().contains("cluster support disabled")) {
                return single(connection.address());
            }
            throw new RefusedException(connection.address() + " refuses CLUSTER SLOTS: " + failure.text());
        }
        @Nullable HostPort[] owners = new @Nullable HostPort[Slot.COUNT];
        for (RespValue range : Reply.items(reply)) {
            List<RespValue> parts = Reply.items(range);
            List<RespValue> node = Reply.items(parts.get(2));
            String host = Reply.isNull(node.get(0)) ? "" : Reply.text(node.get(0));
            HostPort owner =
                    new HostPort(host.isEmpty() ? connection.address().host() : host, (int) Reply.number(node.get(1)));
            Arrays.fill(owners, (int) Reply.number(parts.get(0)), (int) Reply.number(parts.get(1)) + 1, owner);
        }
        return new SlotOwners(owners, true);
    }

    /** One server owns all slots. */
    public static SlotOwners single(HostPort server) {
        @Nullable HostPort[] owners = new @Nullable HostPort[Slot.COUNT];
        Arrays.fill(owners, server);
        return new SlotOwners(owners, false);
    }

    public boolean isCluster() {
        return isCluster;
    }

    /** Null while nobody serves the slot. */
    public @Nullable HostPort owner(int slot) {
        return owners[slot];
    }

    /** All owners, in the order of their first slot. */
    public Set<HostPort> all() {
        Set<HostPort> all = new LinkedHashSet<>();
        for (@Nullable HostPort owner : owners) {
            if (owner != null) {
                all.add(owner);
            }
        }
        return all;
    }

    /** The number of slots that nobody serves. */
    public int unserved() {
        return (int) IntStream.range(0, Slot.COUNT)
                .filter(slot -> owners[slot] == null)
                .count();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SlotOwners that && Arrays.equals(owners, that.owners);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(owners);
    }
}
