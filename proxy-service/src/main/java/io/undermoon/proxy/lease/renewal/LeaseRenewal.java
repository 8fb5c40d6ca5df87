package io.undermoon.proxy.lease.renewal;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClaims;
import io.undermoon.proxy.lease.LeaseToken;
import io.undermoon.proxy.lease.Moment;
import io.undermoon.proxy.lease.Term;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Renews the lease of this proxy: its partners are asked all the time; a coordinator does it where they do not answer.
 * Answers partners, too.
 *
 * <p>Works on the control loop; what others ask is answered on any thread.
 */
public final class LeaseRenewal {
    private static final Logger LOG = Logger.getLogger(LeaseRenewal.class);

    /** After which a partner that has not answered is taken to be away, so that coordinators have time to help. */
    private static final long PATIENCE_NANOS = Lease.RENEWAL_INTERVAL.toNanos() * 3 / 2;

    /** How many questions to a partner may be open: one that hangs is not asked for ever. */
    private static final int MAX_OPEN = 8;

    private final Lease lease;
    private final TopologyStore topology;
    private final NodeClient client;
    private final Endpoints endpoints;
    private final EventLoop loop;
    private final Runnable onChange;
    private final long process = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
    private final AtomicLong losses = new AtomicLong();

    /** Since the last change of the metadata, when each partner was asked for its last promise. Owned by the loop. */
    private final Map<ProxyAddress, Moment> promised = new HashMap<>();

    private final Map<ProxyAddress, Integer> open = new HashMap<>();

    /** Follows the topology, behind what {@link Lease#hasLeft} notes. Changed under the lock. */
    private volatile LeaseClaims claims = LeaseClaims.NONE;

    /** The highest epoch that a partner had when it gave a promise. Guarded by the lock. */
    private Epoch knownByPartners = Epoch.ZERO;

    /** From when the last lease counts that partners granted; null if none has. */
    private volatile @Nullable Moment grantedByPartners;

    /**
     * Whether the metadata of this process was the present one at some time. Since then no slots have left it but by
     * its own doing; a process that began with old metadata may lack that some have. Guarded by the lock.
     */
    private boolean wasCurrent;

    private boolean wasHeld;

    /**
     * @param loop the control loop, on which the client's stages complete
     * @param onChange is run when the lease was lost, and when there is one again
     */
    public LeaseRenewal(
            Lease lease,
            TopologyStore topology,
            NodeClient client,
            Endpoints endpoints,
            EventLoop loop,
            Runnable onChange) {
        this.lease = lease;
        this.topology = topology;
        this.client = client;
        this.endpoints = endpoints;
        this.loop = loop;
        this.onChange = onChange;
    }

    /** Begins to ask; to be called before the proxy has metadata. */
    public void start() {
        topology.onChange(this::follow);
        loop.scheduleWithFixedDelay(this::round, 0, Lease.RENEWAL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What the proxy says of its lease to a coordinator. */
    public record Report(LeaseToken token, Epoch epoch, boolean isAlone, String state, long millisLeft) {}

    /** A new token, and whether the partners of this proxy do not answer. */
    public Report report() {
        LeaseClaims now = claims;
        Moment moment = lease.clock().now();
        Moment last = grantedByPartners;
        boolean isAlone = !now.isEmpty() && (last == null || moment.nanos() - last.nanos() > PATIENCE_NANOS);
        Term term = lease.term();
        boolean isHeld = term.isHeldAt(moment.nanos(), moment.wallMillis());
        return new Report(
                new LeaseToken(process, moment),
                now.epoch(),
                isAlone,
                !term.isLimited() ? "off" : isHeld ? "held" : "none",
                term.isLimited() && isHeld ? TimeUnit.NANOSECONDS.toMillis(term.endNanos() - moment.nanos()) : 0);
    }

    /** A coordinator renews the lease; from then on leases count. Tokens of other processes change nothing. */
    public void granted(LeaseToken token) {
        if (token.process() == process) {
            noteCurrent();
            lease.require(true);
            lease.renewed(token.issued());
        }
    }

    private synchronized void noteCurrent() {
        wasCurrent = true;
    }

    /**
     * Whether this proxy takes no master of another one over while the lease lasts that it grants with that.
     *
     * @param masters those of its masters that this proxy may have a replica of
     */
    public boolean promises(ProxyAddress asking, Set<NodeAddress> masters) {
        return LeaseClaims.agree(topology.current().replication(), asking, masters);
    }

    /** How often the lease was lost. */
    public long losses() {
        return losses.get();
    }

    /**
     * Called in the order of the changes, one at a time. A lease also covers masters that the proxy gets, unless a
     * partner with newer metadata has granted it: that one may have them already.
     */
    private synchronized void follow(Topology now) {
        LeaseClaims before = claims;
        LeaseClaims next = LeaseClaims.of(now.epoch(), now.replication(), topology.steppedDown());
        Set<NodeAddress> left = new HashSet<>(before.masters());
        left.removeAll(next.masters());
        left.forEach(node -> lease.hasLeft(HostPort.parse(node.value())));
        claims = next;
        if (!before.masters().containsAll(next.masters()) && knownByPartners.isAfter(next.epoch())) {
            lease.end();
        }
        if (!before.byPartner().equals(next.byPartner())) {
            loop.execute(this::askAll);
        }
    }

    private void round() {
        noteChange();
        askAll();
    }

    private void askAll() {
        LeaseClaims now = claims;
        promised.keySet().retainAll(now.byPartner().keySet());
        now.byPartner().forEach((partner, masters) -> {
            if (open.getOrDefault(partner, 0) < MAX_OPEN) {
                ask(now, partner, masters);
            }
        });
    }

    private void ask(LeaseClaims asked, ProxyAddress partner, Set<NodeAddress> masters) {
        List<String> command =
                new ArrayList<>(List.of("UMCTL", "PROMISE", topology.self().value()));
        masters.forEach(node -> command.add(node.value()));
        open.merge(partner, 1, Integer::sum);
        Moment moment = lease.clock().now();
        client.call(endpoints.peer(partner.value(), 0), command)
                .whenCompleteAsync(
                        (reply, problem) -> {
                            open.computeIfPresent(partner, (key, count) -> count > 1 ? count - 1 : null);
                            if (problem == null && reply instanceof RespValue.Int epoch && epoch.value() >= 0) {
                                promised(asked, partner, moment, new Epoch(epoch.value()));
                            } else if (problem != null) {
                                LOG.debugf(
                                        "Partner does not promise: proxy=%s partner=%s reason=%s",
                                        topology.self(), partner, NodeException.reason(problem));
                            }
                        },
                        loop);
    }

    private synchronized void promised(LeaseClaims asked, ProxyAddress partner, Moment moment, Epoch epoch) {
        LeaseClaims now = claims;
        // A promise is about the masters that were claimed; of others it says nothing.
        Set<NodeAddress> covered = asked.byPartner().getOrDefault(partner, Set.of());
        if (!covered.containsAll(now.byPartner().getOrDefault(partner, Set.of()))) {
            return;
        }
        wasCurrent |= !epoch.isAfter(asked.epoch());
        if (!wasCurrent) {
            return;
        }
        knownByPartners = epoch.isAfter(knownByPartners) ? epoch : knownByPartners;
        Moment known = promised.get(partner);
        if (known == null || known.isBefore(moment)) {
            promised.put(partner, moment);
        }
        now.grantedBy(promised).ifPresent(from -> {
            grantedByPartners = from;
            lease.renewed(from);
        });
        noteChange();
    }

    private void noteChange() {
        boolean isHeld = lease.isHeld() || claims.isEmpty();
        if (isHeld == wasHeld) {
            return;
        }
        wasHeld = isHeld;
        onChange.run();
        if (!isHeld) {
            losses.incrementAndGet();
            LOG.warnf(
                    "Lease lost, commands are refused: epoch=%s proxy=%s partners=%s",
                    claims.epoch(), topology.self(), claims.byPartner().keySet());
        } else if (lease.isRequired()) {
            LOG.infof("Lease held: epoch=%s proxy=%s", claims.epoch(), topology.self());
        }
    }
}
