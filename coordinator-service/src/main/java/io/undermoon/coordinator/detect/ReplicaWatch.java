package io.undermoon.coordinator.detect;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.FailureLedger.ReplicaReport;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.coordinator.port.ProxyControl.Probe;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells the broker which replicas are in sync: connected to their masters, with all data. A replica in sync may become
 * master; one that is not would lose acknowledged writes.
 *
 * <p>Only what both sides say counts. The replica's proxy says that it has its data and follows its master; the
 * master's proxy says that a replica has acknowledged something lately, and has metadata that is not older. While the
 * proxy of the master does not answer, or its node is down, nothing is reported: a replica loses its connection when
 * its master dies, and has missed nothing then. A replica out of sync is reported when it has been so for some time,
 * because connections break and come back; one in sync at once. The replica of a master that has restarted with less
 * data is in sync: whatever else it may have missed, nobody has more, and the master is not served.
 *
 * <p>{@link #round} is for one thread; probes are noted by any.
 */
final class ReplicaWatch {
    /** How long a connected replica may be silent. It acknowledges what it has once a second. */
    static final Duration SILENCE_LIMIT = Duration.ofSeconds(10);

    /** How long a replica has to be out of sync before it is reported. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** When a report is repeated: the broker may have learned from others what this coordinator has not seen. */
    static final Duration REPEAT_INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(ReplicaWatch.class);
    private static final int MAX_REPORTS = 500;

    private final FailureLedger ledger;
    private final LongSupplier nanoClock;
    private final Map<ProxyAddress, Answer> answers = new ConcurrentHashMap<>();
    private final Map<NodeAddress, Long> outOfSyncSince = new HashMap<>();
    private final Map<NodeAddress, Accepted> accepted = new HashMap<>();

    /** The last answer of a proxy. */
    private record Answer(Epoch epoch, List<NodeHealth> nodes, long nanos) {}

    /** What the broker has taken. */
    private record Accepted(ReplicaReport report, long nanos) {}

    /** A node as its proxy reports it. */
    private record Seen(ProxyAddress proxy, Answer answer, NodeHealth node) {}

    /**
     * @param nanoClock as {@link System#nanoTime}
     */
    ReplicaWatch(FailureLedger ledger, LongSupplier nanoClock) {
        this.ledger = ledger;
        this.nanoClock = nanoClock;
    }

    void answered(ProxyAddress proxy, Probe probe) {
        probe.epoch().ifPresent(epoch -> answers.put(proxy, new Answer(epoch, probe.nodes(), nanoClock.getAsLong())));
    }

    /** Forgets all other proxies. */
    void retain(Set<ProxyAddress> proxies) {
        answers.keySet().retainAll(proxies);
    }

    /** The number of replicas that are out of sync. */
    int replicasOutOfSync() {
        return (int) accepted.values().stream()
                .filter(known -> !known.report().inSync())
                .count();
    }

    /**
     * Reports what has changed.
     *
     * @param since answers from before do not count
     */
    void round(long since) {
        Map<NodeAddress, Seen> nodes = new HashMap<>();
        answers.forEach((proxy, answer) -> {
            if (answer.nanos() - since >= 0) {
                answer.nodes().forEach(node -> nodes.put(node.node(), new Seen(proxy, answer, node)));
            }
        });
        List<ReplicaReport> due = new ArrayList<>();
        for (Seen replica : nodes.values()) {
            NodeAddress masterAddress = replica.node().master();
            Seen master = masterAddress == null ? null : nodes.get(masterAddress);
            if (masterAddress != null && master != null) {
                look(replica, master, masterAddress).filter(this::isNews).ifPresent(due::add);
            }
        }
        forgetOthers();
        for (int from = 0; from < due.size(); from += MAX_REPORTS) {
            send(due.subList(from, Math.min(due.size(), from + MAX_REPORTS)));
        }
    }

    /** What is to be reported of a replica now, if its master can tell. */
    private Optional<ReplicaReport> look(Seen replica, Seen master, NodeAddress masterAddress) {
        if (replica.node().role() != Role.REPLICA || master.node().role() != Role.MASTER) {
            return Optional.empty();
        }
        NodeAddress node = replica.node().node();
        boolean isOlder = replica.answer().epoch().isAfter(master.answer().epoch());
        if (master.node().outdated()) {
            outOfSyncSince.remove(node);
            if (isOlder) {
                // It may be outdated beside a former replica.
                return Optional.empty();
            }
            return Optional.of(new ReplicaReport(
                    replica.proxy(), node, masterAddress, replica.answer().epoch(), true));
        }
        if (!master.node().up()) {
            return Optional.empty();
        }
        long silent = master.node().replicaSilentSeconds();
        boolean inSync = replica.node().linkUp() && silent >= 0 && silent <= SILENCE_LIMIT.toSeconds();
        if (inSync) {
            outOfSyncSince.remove(node);
            if (isOlder) {
                // The master's proxy may not know yet who its partner is, and have its lease renewed by a former one.
                return Optional.empty();
            }
        } else {
            long now = nanoClock.getAsLong();
            Long before = outOfSyncSince.putIfAbsent(node, now);
            if (before == null || now - before < PATIENCE.toNanos()) {
                return Optional.empty();
            }
        }
        return Optional.of(new ReplicaReport(
                replica.proxy(), node, masterAddress, replica.answer().epoch(), inSync));
    }

    private boolean isNews(ReplicaReport report) {
        Accepted known = accepted.get(report.nodeAddress());
        return known == null
                || !known.report().equals(report)
                || nanoClock.getAsLong() - known.nanos() >= REPEAT_INTERVAL.toNanos();
    }

    private void forgetOthers() {
        Set<NodeAddress> known = new HashSet<>();
        answers.values().forEach(answer -> answer.nodes().forEach(node -> known.add(node.node())));
        accepted.keySet().retainAll(known);
        outOfSyncSince.keySet().retainAll(known);
    }

    private void send(List<ReplicaReport> reports) {
        try {
            Set<ReplicaReport> outdated = new HashSet<>(ledger.reportReplicas(reports));
            for (ReplicaReport report : reports) {
                if (!outdated.contains(report)) {
                    Accepted now = new Accepted(report, nanoClock.getAsLong());
                    log(accepted.put(report.nodeAddress(), now), report);
                }
            }
        } catch (BrokerException e) {
            LOG.warnf("Replicas not reported, will be retried: reason=%s", e.getMessage());
        }
    }

    private static void log(@Nullable Accepted before, ReplicaReport now) {
        if (before != null && before.report().inSync() == now.inSync()) {
            return;
        }
        if (now.inSync()) {
            LOG.infof(
                    "Replica is in sync: epoch=%s proxy=%s node=%s master=%s",
                    now.epoch(), now.proxyAddress(), now.nodeAddress(), now.masterAddress());
        } else {
            LOG.warnf(
                    "Replica is not in sync and will not become master by itself: epoch=%s proxy=%s node=%s master=%s",
                    now.epoch(), now.proxyAddress(), now.nodeAddress(), now.masterAddress());
        }
    }
}
