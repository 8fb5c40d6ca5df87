package io.undermoon.simulation.check;

import io.undermoon.broker.state.Consistency;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.simulation.redis.Keys;
import io.undermoon.simulation.redis.RedisObserver;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.simulation.service.ClientWrite;
import io.undermoon.simulation.service.Installation;
import io.undermoon.simulation.service.ProxyServer;
import io.undermoon.simulation.service.ServiceObserver;
import io.undermoon.simulation.service.StorageObserver;
import io.undermoon.simulation.world.Seams;
import io.undermoon.simulation.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The invariants, and what has been seen that bears on them. */
public final class Checks implements ServiceObserver, RedisObserver, StorageObserver {
    /** For how long a network without faults is not yet a quiet one: messages from before are under way. */
    private static final long SETTLED = 10 * World.SECOND;

    /**
     * How long a replica may have missed writes without the broker knowing: coordinators believe a link that is silent
     * for ten seconds, are patient for two, and need some for the rest.
     */
    private static final long UNNOTICED = 20 * World.SECOND;

    private final World world;
    private final FaultLog faults;
    private final Promises promises;
    private final Set<Sometimes> seen = EnumSet.noneOf(Sometimes.class);
    private final @Nullable Acknowledged[] lastAcknowledged = new Acknowledged[Keys.COUNT];
    private final Map<RedisServer, Deque<Acknowledged>> notCopied = new LinkedHashMap<>();
    private final Map<RedisServer, Promotion> promotions = new LinkedHashMap<>();
    private final Map<RedisServer, Long> lastWrites = new LinkedHashMap<>();
    private final @Nullable Owner[] owners = new Owner[Keys.COUNT];
    private final Map<ProxyServer, Life> lives = new LinkedHashMap<>();
    private final Map<String, String> replicas = new HashMap<>();
    private final @Nullable String[] masters = new String[Keys.COUNT];
    private final MovingKeys moving = new MovingKeys(address -> this.servers.apply(address));

    /** Writes that a node has executed although the other side of a move had the slot. */
    private final Set<Stray> strays = new HashSet<>();

    private Function<String, RedisServer> servers = address -> {
        throw new IllegalStateException("no servers are known");
    };
    private boolean replicaAcks;
    private Consumer<ProxyServer> whenSlotsAreHeld = proxy -> {};
    private Epoch clusterEpoch = Epoch.ZERO;
    private @Nullable String violation;

    /**
     * What the product promises beyond what it has promised from the start.
     *
     * @param leases at most one proxy acknowledges writes for a slot, whoever is cut off
     * @param restarts a node that comes back with older data than its replica does not serve it
     */
    public record Promises(boolean leases, boolean restarts) {}

    /** A write that was acknowledged. */
    private static final class Acknowledged {
        private final int key;
        private final long version;
        private final long nanos;
        private final RedisServer master;
        private final ProxyServer proxy;
        private final @Nullable RedisServer replica;
        private boolean copied;

        Acknowledged(
                int key,
                long version,
                long nanos,
                RedisServer master,
                ProxyServer proxy,
                @Nullable RedisServer replica) {
            this.replica = replica;
            this.key = key;
            this.version = version;
            this.nanos = nanos;
            this.master = master;
            this.proxy = proxy;
        }

        @Override
        public String toString() {
            return "key " + key + " version " + version + ", acknowledged by " + proxy + " at " + nanos / World.MILLI
                    + " ms, written to " + master + (copied ? ", copied" : ", not copied");
        }
    }

    /** Who has acknowledged a write in the highest epoch. */
    private record Owner(ProxyServer proxy, RedisServer node, Epoch epoch) {}

    /**
     * When a node has become a master.
     *
     * @param couldAsk whether its proxy could ask that of its former master to step down
     * @param epoch of its cluster; zero if it is no master by the stored metadata
     */
    private record Promotion(RedisServer former, long nanos, boolean couldAsk, Epoch epoch) {}

    private record Stray(int key, long version) {}

    /** A life of a proxy, and its epoch. */
    private record Life(int generation, Epoch epoch) {}

    public Checks(World world, FaultLog faults, Promises promises) {
        this.world = world;
        this.faults = faults;
        this.promises = promises;
    }

    /** Sets where the nodes are found. */
    public void servers(Function<String, RedisServer> byAddress) {
        this.servers = byAddress;
    }

    /** Says that writes are acknowledged once a replica has them: none of them is lost then, whatever fails. */
    public void requireReplicaAcks() {
        this.replicaAcks = true;
    }

    /** Sets who is told that a proxy holds commands because slots are about to be switched. */
    public void whenSlotsAreHeld(Consumer<ProxyServer> listener) {
        this.whenSlotsAreHeld = listener;
    }

    /** What is violated; null if nothing is. */
    public @Nullable String violation() {
        return violation;
    }

    public Set<Sometimes> seen() {
        return seen;
    }

    public void sometimes(Sometimes condition) {
        seen.add(condition);
    }

    /** Notes a violation; the first one counts. */
    public void violated(String text) {
        if (violation == null) {
            violation = text;
            world.note("VIOLATED: " + text);
            world.stop();
        }
    }

    @Override
    public void stored(Metadata before, Metadata after) {
        readRoles(after);
        world.note("stored epoch " + after.globalEpoch() + ", in sync " + inSync(after));
        List<String> contradictions = Consistency.violations(after);
        if (!contradictions.isEmpty()) {
            violated("every slot has one owner: " + contradictions);
        }
        if (before.globalEpoch().isAfter(after.globalEpoch())) {
            violated("epochs never go back: " + before.globalEpoch() + " to " + after.globalEpoch());
        }
        after.clusters().forEach((name, cluster) -> {
            StoredCluster former = before.clusters().get(name);
            if (former != null && former.epoch().isAfter(cluster.epoch())) {
                violated("epochs never go back: " + name + " from " + former.epoch() + " to " + cluster.epoch());
            }
            if (former != null && former.epoch().equals(cluster.epoch()) && !isSame(former, cluster)) {
                violated("an epoch names one content: " + name + " at " + cluster.epoch());
            }
            if (former != null) {
                seeFailovers(former, cluster, after);
            }
        });
    }

    private static List<Boolean> inSync(Metadata metadata) {
        List<Boolean> parts = new ArrayList<>();
        metadata.allChunks().forEach(chunk -> {
            for (int part = 0; part < StoredChunk.PARTS; part++) {
                parts.add(chunk.isSynced(part));
            }
        });
        return parts;
    }

    private void seeFailovers(StoredCluster before, StoredCluster after, Metadata state) {
        for (int i = 0; i < Math.min(before.chunks().size(), after.chunks().size()); i++) {
            StoredChunk former = before.chunks().get(i);
            StoredChunk chunk = after.chunks().get(i);
            if (!former.proxyAddresses().equals(chunk.proxyAddresses())) {
                sometimes(Sometimes.PROXY_REPLACED);
                if (former.spares().stream().anyMatch(spare -> chunk.halfOf(spare.proxyAddress()) >= 0)) {
                    sometimes(Sometimes.SPARE_TOOK_A_PLACE);
                }
            }
            if (former.rolePosition() != chunk.rolePosition() && former.takesPartInMigration()) {
                sometimes(Sometimes.TAKEOVER_DURING_A_MOVE);
            }
            if (former.rolePosition() != chunk.rolePosition()
                    && former.proxyAddresses().stream().anyMatch(state::hasFailed)) {
                sometimes(Sometimes.MASTERS_TAKEN_OVER);
            }
        }
    }

    private static boolean isSame(StoredCluster one, StoredCluster other) {
        if (one.chunks().size() != other.chunks().size()) {
            return false;
        }
        for (int i = 0; i < one.chunks().size(); i++) {
            StoredChunk a = one.chunks().get(i);
            StoredChunk b = other.chunks().get(i);
            if (a.rolePosition() != b.rolePosition()
                    || !a.nodeAddresses().equals(b.nodeAddresses())
                    || !a.spares().equals(b.spares())
                    || !a.stableSlots().equals(b.stableSlots())
                    || !a.migratingSlots().equals(b.migratingSlots())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void tookMetadata(ProxyServer proxy, Topology now) {
        Life before = lives.get(proxy);
        int generation = proxy.process().generation();
        if (before != null
                && before.generation() == generation
                && before.epoch().isAfter(now.epoch())) {
            violated("epochs never go back: " + proxy + " from " + before.epoch() + " to " + now.epoch());
        }
        if (before == null
                || before.generation() != generation
                || !before.epoch().equals(now.epoch())) {
            world.note(proxy + " has epoch " + now.epoch());
        }
        lives.put(proxy, new Life(generation, now.epoch()));
    }

    @Override
    public void acknowledged(ClientWrite write, ProxyServer proxy, RedisServer node, Epoch epoch) {
        int key = write.key();
        if (!strays.isEmpty() && strays.contains(new Stray(key, write.version()))) {
            violated("a slot that moves has one owner: " + proxy + " acknowledges a write to key " + key + " version "
                    + write.version() + " at " + node + ", of which the other side has the slot");
        }
        Owner owner = owners[key];
        if (owner == null || epoch.isAfter(owner.epoch())) {
            owners[key] = new Owner(proxy, node, epoch);
        } else if (owner.proxy() != proxy && owner.epoch().isAfter(epoch)) {
            sometimes(Sometimes.WRITE_ACKNOWLEDGED_BY_A_FORMER_MASTER);
            Promotion promotion = promotions.get(owner.node());
            boolean couldAsk = promotion != null && promotion.couldAsk() && promotion.former() == node;
            if (promises.leases() || couldAsk || faults.isQuietSince(world.nowNanos() - SETTLED)) {
                violated("one writer for a slot: " + proxy + " acknowledges a write to key " + key + " at epoch "
                        + epoch + ", after " + owner.proxy() + " did at epoch " + owner.epoch());
            }
        }
        if (promises.leases()) {
            promotions.forEach((successor, promotion) -> {
                if (promotion.former() == node && promotion.epoch().isAfter(epoch)) {
                    violated("nothing is acknowledged once a replica has taken over: " + proxy
                            + " acknowledges a write to key " + key + " at epoch " + epoch + ", " + successor
                            + " has been master since " + promotion.nanos() / World.MILLI + " ms");
                }
            });
        }
        Acknowledged now = new Acknowledged(key, write.version(), world.nowNanos(), node, proxy, replicaOf(node));
        Acknowledged last = lastAcknowledged[key];
        if (last == null || last.version < now.version) {
            lastAcknowledged[key] = now;
        }
        lastWrites.put(node, now.nanos);
        track(now);
    }

    @Override
    public void notRepaired(String reason) {
        if (reason.contains("not in sync")) {
            sometimes(Sometimes.TAKEOVER_REFUSED_AS_REPLICAS_ARE_BEHIND);
        } else if (reason.contains("is down too")) {
            sometimes(Sometimes.BOTH_HALVES_FAILED);
        }
    }

    @Override
    public void steppedDown() {
        sometimes(Sometimes.MASTER_STEPPED_DOWN);
    }

    @Override
    public void leaseChanged() {
        world.note(Seams.currentProcess() + " has lost or got its lease");
    }

    @Override
    public void notReplicated() {
        sometimes(Sometimes.WRITE_REFUSED_WITHOUT_REPLICA);
    }

    @Override
    public void holdsSlots(ProxyServer proxy) {
        whenSlotsAreHeld.accept(proxy);
    }

    @Override
    public void killedWhileItHeldSlots() {
        sometimes(Sometimes.SOURCE_KILLED_WHILE_IT_HELD_SLOTS);
    }

    @Override
    public void leaseLostWhileItHeldSlots() {
        sometimes(Sometimes.LEASE_LOST_WHILE_SLOTS_WERE_HELD);
    }

    @Override
    public void renewedByCoordinator() {
        sometimes(Sometimes.LEASE_RENEWED_BY_A_COORDINATOR);
    }

    @Override
    public void replyDropped() {
        sometimes(Sometimes.REPLY_DROPPED_WITHOUT_A_LEASE);
    }

    @Override
    public void storageDidNotAnswer() {
        sometimes(Sometimes.STORAGE_DID_NOT_ANSWER);
    }

    @Override
    public void written(RedisServer master, int key, long formerVersion, long version) {
        if (moving.written(master, key)) {
            tookOver(key, master);
        } else if (moving.isOfOtherSide(master, key)) {
            strays.add(new Stray(key, version));
        }
        Acknowledged last = lastAcknowledged[key];
        if (last != null && formerVersion < last.version && last.version < version && isOwner(master, key)) {
            lost(last, master);
            lastAcknowledged[key] = null;
        }
    }

    @Override
    public void recorded(RedisServer master, String hash, String field, String value) {
        if (!hash.equals(MigrationRecords.IMPORTS)) {
            return;
        }
        for (int key : moving.recorded(master, field, value)) {
            if (moving.isGiven(key)) {
                tookOver(key, master);
            } else {
                sometimes(Sometimes.SLOTS_TAKEN_BACK);
                masters[key] = moving.master(key);
                handedOver(key, master, source(key));
            }
        }
    }

    private RedisServer source(int key) {
        return servers.apply(moving.sides(key).get(0));
    }

    /** The destination of a move has a key from now on. */
    private void tookOver(int key, RedisServer destination) {
        sometimes(Sometimes.SLOTS_SWITCHED);
        masters[key] = moving.master(key);
        handedOver(key, source(key), destination);
    }

    /** From now on another node has a key: it has to have what was acknowledged, if the former one has. */
    private void handedOver(int key, RedisServer former, RedisServer owner) {
        owners[key] = null;
        Acknowledged last = lastAcknowledged[key];
        if (last == null) {
            return;
        }
        lastAcknowledged[key] = null;
        if (owner.version(key) < last.version) {
            lost(last, former.version(key) < last.version ? former : owner);
            return;
        }
        Acknowledged moved = new Acknowledged(key, last.version, world.nowNanos(), owner, last.proxy, replicaOf(owner));
        lastAcknowledged[key] = moved;
        track(moved);
    }

    /** Finds out when the replica of a write's master has it. */
    private void track(Acknowledged write) {
        if (isCopied(write.master, write.key, write.version)) {
            write.copied = true;
        } else {
            notCopied
                    .computeIfAbsent(write.master, master -> new ArrayDeque<>())
                    .addLast(write);
        }
    }

    @Override
    public void copied(RedisServer replica) {
        RedisServer master = replica.master();
        Deque<Acknowledged> waiting = master == null || !isPartner(replica, master) ? null : notCopied.get(master);
        while (waiting != null
                && !waiting.isEmpty()
                && waiting.getFirst().version <= replica.version(waiting.getFirst().key)) {
            waiting.removeFirst().copied = true;
        }
    }

    @Override
    public void promoted(RedisServer server, RedisServer former) {
        Epoch epoch = replicas.containsKey(server.address()) ? clusterEpoch : Epoch.ZERO;
        promotions.put(
                server, new Promotion(former, world.nowNanos(), areWell(server, former, world.nowNanos()), epoch));
        Deque<Acknowledged> missing = notCopied.remove(former);
        if (missing == null) {
            return;
        }
        // A node that leaves its cluster takes over from nobody.
        missing.removeIf(write -> write.version <= server.version(write.key) || !isOwner(server, write.key));
        if (missing.isEmpty()) {
            return;
        }
        sometimes(Sometimes.REPLICA_PROMOTED_WITHOUT_THE_LAST_WRITES);
        Acknowledged first = missing.getFirst();
        if (areWell(server, former, first.nanos)) {
            violated("a replica has all before it takes over from a master that is there: " + server + " lacks "
                    + first);
        }
        long behind = lastWrites.getOrDefault(former, first.nanos) - first.nanos;
        if (behind > UNNOTICED && faults.isControlWellSince(first.nanos - SETTLED)) {
            violated("only a replica in sync becomes master: " + server + " has missed writes to " + former + " for "
                    + behind / World.MILLI + " ms, the first " + first);
        }
    }

    /** The replica of a master by the stored metadata. */
    private @Nullable RedisServer replicaOf(RedisServer master) {
        String address = replicas.get(master.address());
        return address == null ? null : servers.apply(address);
    }

    private boolean isCopied(RedisServer master, int key, long version) {
        return master.linkedReplicas()
                .anyMatch(replica -> replica.version(key) >= version && isPartner(replica, master));
    }

    /** Whether a node is the replica of another one by the stored metadata; a former one may follow it, too. */
    private boolean isPartner(RedisServer replica, RedisServer master) {
        return replica.address().equals(replicas.get(master.address()));
    }

    /** Whether a node is the master of a key by the stored metadata; one that does not know better may be left. */
    private boolean isOwner(RedisServer node, int key) {
        return node.address().equals(masters[key]);
    }

    /** Notes who is what by the stored metadata. */
    private void readRoles(Metadata metadata) {
        for (MovingKeys.End end : moving.read(metadata)) {
            switch (end) {
                case COMMITTED -> sometimes(Sometimes.MOVE_COMMITTED);
                case ABORTED -> sometimes(Sometimes.MOVE_ABORTED);
                case UNPROVEN -> violated("a move ends where its slots are: they are not, in " + metadata.clusters());
            }
        }
        replicas.clear();
        metadata.clusters().values().forEach(cluster -> clusterEpoch = cluster.epoch());
        Arrays.fill(masters, null);
        metadata.allChunks().forEach(chunk -> {
            for (int part = 0; part < StoredChunk.PARTS; part++) {
                int node = chunk.rolePosition().masterNode(part);
                String master = chunk.nodeAddresses().get(node).value();
                int replica = RolePosition.replicationPeer(node);
                replicas.put(master, chunk.nodeAddresses().get(replica).value());
                for (int key = 0; key < Keys.COUNT; key++) {
                    if (chunk.stable(part).contains(Keys.slot(key))) {
                        masters[key] = master;
                    }
                }
            }
        });
        for (int key = 0; key < Keys.COUNT; key++) {
            String master = moving.master(key);
            masters[key] = master == null ? masters[key] : master;
        }
    }

    /** Whether two nodes, their proxies and what connects them have worked since some time before. */
    private boolean areWell(RedisServer one, RedisServer other, long since) {
        return faults.isWellSince(one.process().host(), since - SETTLED)
                && faults.isWellSince(other.process().host(), since - SETTLED);
    }

    /** Whether a write was acknowledged by a proxy that its successor could not ask to step down. */
    private boolean mayBeOfFormerMaster(Acknowledged write, RedisServer successor) {
        Promotion promotion = promotions.get(successor);
        boolean couldAsk = promotion != null && promotion.couldAsk() && promotion.former() == write.master;
        return !promises.leases() && promotion != null && promotion.nanos() <= write.nanos && !couldAsk;
    }

    /** Finds that an acknowledged write is not there. */
    private void lost(Acknowledged write, RedisServer where) {
        sometimes(Sometimes.WRITE_LOST_AS_PROMISED);
        world.note("lost at " + where + ": " + write);
        if (replicaAcks) {
            violated("with min_replica_acks nothing acknowledged is lost: " + write + ", not at " + where);
        } else if (write.copied) {
            violated("what both copies had is not lost: " + write + ", not at " + where);
        } else if (areWell(write.master, where, write.nanos)
                && (write.replica == null || areWell(write.master, write.replica, write.nanos))
                && !mayBeOfFormerMaster(write, where)) {
            violated("nothing is lost without a fault: " + write + ", not at " + where);
        } else if (promises.leases()
                && faults.areNodesWellSince(write.master.process().host(), write.nanos - SETTLED)
                && faults.areNodesWellSince(where.process().host(), write.nanos - SETTLED)) {
            violated("what a node has is not lost with its proxy: " + write + ", not at " + where);
        }
    }

    /**
     * Whether a key has one of these nodes as its master, by the stored metadata, or moves from or to one: the other
     * side may have to ask it who has the slot.
     */
    public boolean isAtOneOf(Set<RedisServer> nodes, int key) {
        return nodes.stream()
                .anyMatch(node -> isOwner(node, key) || moving.sides(key).contains(node.address()));
    }

    /**
     * Checks all keys when everything is well again.
     *
     * @param waiting masters whose data is left to an operator
     */
    public void checkAtEnd(Installation installation, Set<RedisServer> waiting) {
        for (RedisServer server : installation.redis()) {
            for (int key = 0; key < Keys.COUNT; key++) {
                Acknowledged last = lastAcknowledged[key];
                if (last != null
                        && server.version(key) < last.version
                        && isOwner(server, key)
                        && !waiting.contains(server)) {
                    lost(last, server);
                }
            }
        }
    }
}
