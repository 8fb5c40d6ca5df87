package io.undermoon.proxy.topology;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.metadata.Tenancy;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.umctl.InstallationCheck;
import io.undermoon.umctl.SetChange;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetMeta;
import io.undermoon.umctl.SetRepl;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds the present {@link Topology} and is its only writer.
 *
 * <p>Reading is one volatile read. Messages are applied one at a time, each whole or not at all. Listeners are called
 * after the new snapshot is visible, in the order of the changes, on the thread that applies the message.
 */
public final class TopologyStore {
    private static final Logger LOG = Logger.getLogger(TopologyStore.class);

    private final Self self;
    private final Endpoints endpoints;
    private final List<Consumer<Topology>> listeners = new CopyOnWriteArrayList<>();

    private volatile Topology current = new Topology(
            new SetCluster(Epoch.ZERO, false, null, Map.of(), Map.of(), List.of(), ClusterConfig.DEFAULT, false),
            new SetRepl(Epoch.ZERO, false, List.of()),
            RouteTable.EMPTY,
            Set.of(),
            0,
            Map.of(),
            Set.of(),
            Role.MASTER,
            Set.of(),
            null);

    /** The same as {@link #current} while no replica is behind this proxy. */
    private volatile Topology currentForReplicas = current;

    private volatile boolean resolvesOwnership;
    private volatile boolean changesRoles;
    private volatile RoleChanges roleChanges = RoleChanges.NONE;
    private volatile boolean provesNodes;
    private NodeProofs proofs = NodeProofs.NONE;

    /** The installation of the metadata that was applied; absent where it had none. */
    private volatile @Nullable String installation;

    /** The installation that the nodes are marked for; absent if they have no marks. */
    private volatile @Nullable String installationOfNodes;

    /**
     * @param self this proxy; without nodes any node on its host counts as its own
     */
    public TopologyStore(Self self, Endpoints endpoints) {
        this.self = self;
        this.endpoints = endpoints;
    }

    /** The address of this proxy in the metadata. */
    public ProxyAddress self() {
        return self.address();
    }

    /** Whether a replica of the metadata is behind this proxy. */
    public boolean isOwn(ReplicaNode replica) {
        return self.has(replica);
    }

    /** The snapshot for clients that the proxy serves as a master. */
    public Topology current() {
        return current;
    }

    /**
     * The snapshot for clients that the proxy serves in a role. While it has no replica there is none for that role: as
     * a replica that was promoted, it serves as a master then.
     */
    public Topology current(Role role) {
        return role == Role.MASTER ? current : currentForReplicas;
    }

    /**
     * The role that clients are told, who are served in another perhaps: a proxy that has replicas alone is no master,
     * though at its main port others act for it.
     */
    public Role shownRole(Role servedAs) {
        Topology now = current(servedAs);
        boolean hasReplicasAlone =
                now.nodes().isEmpty() && current(Role.REPLICA).role() == Role.REPLICA;
        return hasReplicasAlone && now.cluster().local().isEmpty() ? Role.REPLICA : now.role();
    }

    /** Adds a listener, which is called with each new snapshot from now on. */
    public void onChange(Consumer<Topology> listener) {
        listeners.add(listener);
    }

    /** Replaces the metadata of the cluster, unless the message is old or meant for another proxy. */
    public synchronized ApplyResult apply(SetCluster message) {
        if (!areMine(message)) {
            return ApplyResult.NOT_MY_META;
        }
        if (isOld(message)) {
            return ApplyResult.OLD_EPOCH;
        }
        replace(message, current.replication());
        return ApplyResult.APPLIED;
    }

    /** Replaces the replication roles, unless the message is old or meant for another proxy. */
    public synchronized ApplyResult apply(SetRepl message) {
        if (!areMine(message)) {
            return ApplyResult.NOT_MY_META;
        }
        if (refusal(message) != null) {
            return ApplyResult.OTHER_INSTALLATION;
        }
        if (isOld(message)) {
            return ApplyResult.OLD_EPOCH;
        }
        replaceRoles(message);
        return ApplyResult.APPLIED;
    }

    /**
     * Replaces both, roles and slots, in one snapshot; a part that is old is left as it is.
     *
     * @return {@link ApplyResult#OLD_EPOCH} if the slots are old
     */
    public synchronized ApplyResult apply(SetMeta message) {
        if (!areMine(message.roles()) || !areMine(message.slots())) {
            return ApplyResult.NOT_MY_META;
        }
        if (refusal(message.roles()) != null) {
            return ApplyResult.OTHER_INSTALLATION;
        }
        boolean newRoles = !isOld(message.roles());
        if (!isOld(message.slots())) {
            replace(message.slots(), newRoles ? message.roles() : current.replication());
            return ApplyResult.APPLIED;
        }
        if (newRoles) {
            replaceRoles(message.roles());
        }
        return ApplyResult.OLD_EPOCH;
    }

    /** Changes both to what they are to be, in one snapshot, unless the message changes other metadata than these. */
    public synchronized ApplyResult apply(SetChange message) {
        Topology old = current;
        if (!message.epoch().isAfter(old.epoch())) {
            return ApplyResult.OLD_EPOCH;
        }
        Optional<SetCluster> slots = message.change().appliedTo(old.cluster(), message.self());
        SetRepl roles = message.roles();
        if (roles == null) {
            boolean areThose = old.replication().epoch().equals(message.change().base());
            roles = areThose ? old.replication().withEpoch(message.epoch()) : null;
        }
        return slots.isEmpty() || roles == null
                ? ApplyResult.UNKNOWN_BASE
                : apply(new SetMeta(roles, slots.get(), message.leases()));
    }

    private void replace(SetCluster slots, SetRepl roles) {
        Topology old = current;
        boolean isKnown = old.compression() != CompressionStrategy.DISABLED;
        long since = isKnown ? old.compressionKnownSinceNanos() : System.nanoTime();
        Map<TaggedSlots, SlotOwnership> ownership = InitialOwnership.of(slots, old, resolvesOwnership);
        publish(slots, roles, since, ownership, stillMoving(old.switched(), slots));
        logChange(old.clusterName(), slots);
    }

    private void replaceRoles(SetRepl roles) {
        Topology old = current;
        publish(old.cluster(), roles, old.compressionKnownSinceNanos(), old.ownership(), old.switched());
    }

    /** The system that this proxy belongs to; absent as long as nothing says so. */
    public @Nullable String installation() {
        String known = installation;
        return known == null ? installationOfNodes : known;
    }

    /**
     * Why commands of a peer, a coordinator or a broker are refused; null if they are not.
     *
     * @param ofCaller the installation that it has said to belong to; null if it has not
     */
    public @Nullable String refusal(@Nullable String ofCaller) {
        return ofCaller == null || ofCaller.equals(installation()) ? null : refusal("the caller", ofCaller);
    }

    /** Why metadata is refused; null if it is not. */
    public @Nullable String refusal(SetRepl message) {
        Tenancy tenancy = message.tenancy();
        return tenancy == null ? null : refusal("the metadata", tenancy.installationId());
    }

    private @Nullable String refusal(String what, String other) {
        return InstallationCheck.refusal(self.address(), installation(), what, other)
                .orElse(null);
    }

    /** Notes the system that the nodes are marked for, null if they have no marks. */
    public void nodesAreMarkedFor(@Nullable String installationId) {
        installationOfNodes = installationId;
    }

    private boolean isOld(SetCluster message) {
        return isOld(message.epoch(), message.force(), current.epoch());
    }

    private boolean isOld(SetRepl message) {
        return isOld(message.epoch(), message.force(), current.replication().epoch());
    }

    /** A forced message may have the epoch that is known already. An epoch never falls. */
    private static boolean isOld(Epoch epoch, boolean force, Epoch known) {
        return force ? known.isAfter(epoch) : !epoch.isAfter(known);
    }

    /**
     * Declares that a listener finds out unknown ownership and calls {@link #setOwnership}. Without one no slots are
     * held.
     */
    public void resolvesOwnership() {
        resolvesOwnership = true;
    }

    /**
     * Declares that a listener gives nodes their roles, and calls {@link #hasRisen} and {@link #hasLeft}. Without one
     * no slots are held for that.
     */
    public void changesRoles() {
        changesRoles = true;
    }

    /**
     * Holds the slots of a master until there is metadata of an epoch, because its replica is to become master.
     *
     * @return false if the node is not a master in the present metadata, or the epoch is not a later one
     */
    public synchronized boolean stepDown(NodeAddress node, Epoch until) {
        boolean isMaster = current.replication().entries().stream()
                .anyMatch(entry -> entry.node().equals(node) && entry.role() == Role.MASTER);
        if (!isMaster || !until.isAfter(current.replication().epoch())) {
            return false;
        }
        if (!(roleChanges.of(node) instanceof RoleChanges.State.SteppedDown down && !until.isAfter(down.until()))) {
            change(roleChanges.with(node, new RoleChanges.State.SteppedDown(until, false)));
        }
        return true;
    }

    /** The masters that this proxy has given up, before it has metadata that says so. */
    public Set<NodeAddress> steppedDown() {
        return roleChanges.steppedDown();
    }

    /** Declares that a listener finds out whose keys the nodes have. Without one all nodes are used. */
    public void provesNodes() {
        provesNodes = true;
    }

    /** Uses a node from now on: it has no keys but those of the cluster with this id. */
    public synchronized void prove(NodeAddress node, String clusterId) {
        change(proofs.withProven(node, clusterId));
    }

    /** Refuses commands for the slots of a node, which has keys of others. */
    public synchronized void refuse(NodeAddress node) {
        if (current.unproven().contains(node) && !proofs.refused().contains(node)) {
            change(proofs.withRefused(node));
        }
    }

    private void change(NodeProofs changed) {
        Topology old = current;
        proofs = changed;
        publish(old.cluster(), old.replication(), old.compressionKnownSinceNanos(), old.ownership(), old.switched());
    }

    /** Serves the slots of a new master from now on: it is one. */
    public void hasRisen(NodeAddress node) {
        // Called at each check of a master, so without the lock where there is nothing to do.
        if (roleChanges.of(node) instanceof RoleChanges.State.Rising) {
            synchronized (this) {
                if (roleChanges.of(node) instanceof RoleChanges.State.Rising) {
                    change(roleChanges.without(node));
                }
            }
        }
    }

    /** Lets commands for the slots of a former master go to its successor, which is a master now. */
    public synchronized void hasLeft(NodeAddress node) {
        if (roleChanges.of(node) instanceof RoleChanges.State.Left left) {
            change(roleChanges.with(node, new RoleChanges.State.Left(left.slots(), left.successor(), true)));
        }
    }

    /** Ends the waiting of commands for the slots of a new or former master: they are refused, or redirected. */
    public synchronized void refuseHeld(NodeAddress node) {
        RoleChanges.State state = roleChanges.of(node);
        if (state instanceof RoleChanges.State.Rising) {
            change(roleChanges.with(node, new RoleChanges.State.Rising(true)));
        } else if (state instanceof RoleChanges.State.Left) {
            change(roleChanges.without(node));
        }
    }

    /** Refuses commands for the slots of a master that has stepped down, if that metadata has not come. */
    public synchronized void refuseSteppedDown(NodeAddress node, Epoch until) {
        RoleChanges.State held = new RoleChanges.State.SteppedDown(until, false);
        if (held.equals(roleChanges.of(node))) {
            change(roleChanges.with(node, new RoleChanges.State.SteppedDown(until, true)));
        }
    }

    private void change(RoleChanges changed) {
        Topology old = current;
        roleChanges = changed;
        publish(old.cluster(), old.replication(), old.compressionKnownSinceNanos(), old.ownership(), old.switched());
    }

    /**
     * Sets the owner of migrating slots, by which commands are routed from now on.
     *
     * @param slots a tagged range of the present metadata
     * @return false if the metadata no longer contains the range; nothing is changed then
     */
    public synchronized boolean setOwnership(TaggedSlots slots, SlotOwnership ownership) {
        Topology old = current;
        SlotOwnership before = old.ownership().get(slots);
        if (before == null) {
            return false;
        }
        if (before != ownership) {
            Map<TaggedSlots, SlotOwnership> changed = new HashMap<>(old.ownership());
            changed.put(slots, ownership);
            publish(old.cluster(), old.replication(), old.compressionKnownSinceNanos(), changed, old.switched());
        }
        return true;
    }

    /**
     * Notes that slots that move between two peers have arrived: commands for them go to the destination from now on,
     * though the metadata says so only after the commit.
     *
     * @return false if the migration is not one of the present metadata between peers
     */
    public synchronized boolean switched(MigrationTask migration) {
        Topology old = current;
        TaggedSlots slots = migration.slotRange();
        if (!migration.clusterName().equals(old.clusterName())
                || !slots.isMigrating()
                || !isOfPeer(slots, old.cluster())) {
            return false;
        }
        if (!old.switched().contains(slots)) {
            Set<TaggedSlots> more = new HashSet<>(old.switched());
            more.add(slots);
            publish(old.cluster(), old.replication(), old.compressionKnownSinceNanos(), old.ownership(), more);
        }
        return true;
    }

    private static Set<TaggedSlots> stillMoving(Set<TaggedSlots> switched, SetCluster message) {
        Set<TaggedSlots> left = new HashSet<>(switched);
        left.removeIf(slots -> !isOfPeer(slots, message));
        return left;
    }

    private static boolean isOfPeer(TaggedSlots slots, SetCluster message) {
        return message.peers().values().stream().anyMatch(ranges -> ranges.contains(slots));
    }

    private void publish(
            SetCluster cluster,
            SetRepl replication,
            long compressionKnownSinceNanos,
            Map<TaggedSlots, SlotOwnership> ownership,
            Set<TaggedSlots> switched) {
        if (changesRoles && replication != current.replication()) {
            roleChanges = roleChanges.next(current, replication);
        }
        roleChanges = roleChanges.pending(cluster.local().keySet());
        if (replication != current.replication()) {
            proofs = proofs.next(current.replication(), replication);
            Tenancy tenancy = replication.tenancy();
            installation = tenancy == null ? installation : tenancy.installationId();
        }
        Set<NodeAddress> unproven = provesNodes ? proofs.unproven(replication) : Set.of();
        Routing.Unproven hidden = new Routing.Unproven(unproven, proofs.refused());
        Routing.Routes routes = Routing.of(cluster, ownership, switched, roleChanges, hidden, self, endpoints);
        Set<Endpoint> used = new HashSet<>(routes.endpoints());
        if (cluster.clusterName() != null) {
            replication
                    .entries()
                    .forEach(entry -> used.add(endpoints.redis(entry.node().value())));
        }
        Topology old = current;
        FormerCluster former = old.former();
        if (cluster.clusterName() != null) {
            former = null;
        } else if (old.clusterName() != null) {
            former = FormerCluster.of(old.clusterName(), old, endpoints);
        }
        Topology next = new Topology(
                cluster,
                replication,
                routes.table(),
                used,
                compressionKnownSinceNanos,
                ownership,
                switched,
                Role.MASTER,
                unproven,
                former);
        boolean hasReplicas = cluster.replicas().stream().anyMatch(self::has)
                || replication.entries().stream().anyMatch(entry -> entry.role() == Role.REPLICA);
        currentForReplicas = hasReplicas ? next.forReplicas(routes.replicas()) : next;
        current = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    /** Sends no clients any more to proxies that are not in the former cluster of this one either. */
    public synchronized void haveLeftFormerCluster(Set<ProxyAddress> peers) {
        FormerCluster former = current.former();
        if (former != null) {
            FormerCluster known = former.without(peers);
            Topology next = current.withFormer(known);
            currentForReplicas = currentForReplicas == current ? next : currentForReplicas.withFormer(known);
            current = next;
            listeners.forEach(listener -> listener.accept(next));
        }
    }

    private boolean areMine(SetCluster message) {
        return areMine(message.local().keySet());
    }

    private boolean areMine(SetRepl message) {
        return areMine(message.entries().stream().map(SetRepl.Entry::node).toList());
    }

    private boolean areMine(Collection<NodeAddress> nodes) {
        return nodes.stream().allMatch(this::isMine);
    }

    private boolean isMine(NodeAddress node) {
        return self.nodes().isEmpty()
                ? HostPort.parse(node.value()).host().equals(self.address().host())
                : self.nodes().contains(node);
    }

    private void logChange(@Nullable ClusterName before, SetCluster message) {
        if (Objects.equals(before, message.clusterName())) {
            LOG.infof(
                    "Metadata applied: cluster=%s epoch=%s proxy=%s",
                    message.clusterName(), message.epoch(), self.address());
        } else {
            LOG.infof(
                    "Cluster changed: cluster=%s epoch=%s proxy=%s former_cluster=%s",
                    message.clusterName(), message.epoch(), self.address(), before);
        }
    }
}
