package io.undermoon.coordinator.detect;

import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.node;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.coordinator.port.FailureLedger.ReplicaReport;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.coordinator.port.ProxyControl.Probe;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.metadata.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Proxy 1 has a master, and proxy 2 its replica. */
class ReplicaWatchTest {
    private final FakeBroker broker = new FakeBroker();
    private final FakeClock clock = new FakeClock();
    private final ReplicaWatch watch = new ReplicaWatch(broker, clock);
    private long epoch = 5;

    @Test
    void reports_a_replica_in_sync_once() {
        rounds(3, master(true, 0), replica(true));
        assertThat(broker.replicas).containsExactly(report(5, true));
        assertThat(watch.replicasOutOfSync()).isZero();
    }

    @Test
    void reports_again_under_new_metadata() {
        rounds(1, master(true, 0), replica(true));
        epoch = 6;
        rounds(2, master(true, 0), replica(true));
        assertThat(broker.replicas).containsExactly(report(5, true), report(6, true));
    }

    /** Until the master's proxy knows who its partner is, it may have its lease renewed by a former one. */
    @Test
    void a_replica_is_in_sync_only_when_its_masters_proxy_has_the_metadata() {
        clock.pass(Duration.ofSeconds(1));
        long start = clock.getAsLong();
        watch.answered(proxy(1), new Probe(Optional.of(epoch(6)), List.of(master(true, 0))));
        watch.answered(proxy(2), new Probe(Optional.of(epoch(7)), List.of(replica(true))));
        watch.round(start);
        assertThat(broker.replicas).isEmpty();
        watch.answered(proxy(1), new Probe(Optional.of(epoch(7)), List.of(master(true, 0))));
        watch.round(start);
        assertThat(broker.replicas).containsExactly(report(7, true));
    }

    @Test
    void a_replica_without_a_link_is_not_in_sync_after_some_time() {
        rounds(1, master(true, 0), replica(true));
        rounds(2, master(true, -1), replica(false));
        assertThat(broker.replicas).hasSize(1);
        rounds(2, master(true, -1), replica(false));
        assertThat(broker.replicas).containsExactly(report(5, true), report(5, false));
        assertThat(watch.replicasOutOfSync()).isEqualTo(1);
    }

    @Test
    void a_broken_link_that_comes_back_is_not_reported() {
        for (int i = 0; i < 5; i++) {
            rounds(1, master(true, 0), replica(true));
            rounds(2, master(true, -1), replica(false));
        }
        assertThat(broker.replicas).containsOnly(report(5, true));
    }

    @Test
    void a_replica_whose_master_is_down_has_missed_nothing() {
        rounds(1, master(true, 0), replica(true));
        rounds(9, master(false, 0), replica(false));
        assertThat(broker.replicas).containsExactly(report(5, true));
    }

    /** It is not served any more, so nobody would ever be if its replica could not take over. */
    @Test
    void the_replica_of_a_master_that_has_restarted_with_less_is_in_sync() {
        rounds(4, master(true, -1), replica(false));
        assertThat(broker.replicas).containsExactly(report(5, false));
        NodeHealth outdated =
                new NodeHealth(node(1, 1), Role.MASTER, false, false, Duration.ofDays(1), false, null, -1, true);
        rounds(2, outdated, replica(false));
        assertThat(broker.replicas).containsExactly(report(5, false), report(5, true));
    }

    /** It may have been found outdated beside a former replica. */
    @Test
    void a_new_replica_is_not_in_sync_because_its_master_is_outdated_in_older_metadata() {
        clock.pass(Duration.ofSeconds(1));
        long start = clock.getAsLong();
        NodeHealth outdated =
                new NodeHealth(node(1, 1), Role.MASTER, false, false, Duration.ofDays(1), false, null, -1, true);
        watch.answered(proxy(1), new Probe(Optional.of(epoch(6)), List.of(outdated)));
        watch.answered(proxy(2), new Probe(Optional.of(epoch(7)), List.of(replica(false))));
        watch.round(start);
        assertThat(broker.replicas).isEmpty();
    }

    @Test
    void an_answer_of_the_master_from_before_does_not_count() {
        rounds(1, master(true, 0), replica(true));
        rounds(9, null, replica(false));
        assertThat(broker.replicas).containsExactly(report(5, true));
    }

    @Test
    void a_replica_that_another_one_hides_is_not_in_sync() {
        // The former replica still follows the master; the new one does not yet.
        rounds(5, master(true, 0), replica(false));
        assertThat(broker.replicas).containsExactly(report(5, false));
    }

    @Test
    void a_replica_that_its_master_does_not_know_is_not_in_sync() {
        rounds(5, master(true, -1), replica(true));
        assertThat(broker.replicas).containsExactly(report(5, false));
    }

    @Test
    void a_replica_that_has_not_acknowledged_anything_for_long_is_not_in_sync() {
        rounds(5, master(true, 11), replica(true));
        assertThat(broker.replicas).containsExactly(report(5, false));
    }

    @Test
    void what_the_broker_does_not_take_is_reported_again() {
        broker.outdatedReports = true;
        rounds(2, master(true, 0), replica(true));
        assertThat(broker.calls).containsExactly("replicas", "replicas");
        broker.outdatedReports = false;
        broker.down = true;
        rounds(1, master(true, 0), replica(true));
        broker.down = false;
        rounds(2, master(true, 0), replica(true));
        assertThat(broker.replicas).containsExactly(report(5, true));
    }

    @Test
    void repeats_a_report_after_some_time() {
        rounds(10, master(true, 0), replica(true));
        assertThat(broker.replicas).hasSize(1);
        rounds(1, master(true, 0), replica(true));
        assertThat(broker.replicas).containsExactly(report(5, true), report(5, true));
    }

    @Test
    void forgets_proxies_that_are_gone() {
        rounds(1, master(true, 0), replica(true));
        watch.retain(Set.of());
        rounds(1, null, null);
        rounds(1, master(true, 0), replica(true));
        assertThat(broker.replicas).hasSize(2);
    }

    private static ReplicaReport report(long epoch, boolean inSync) {
        return new ReplicaReport(proxy(2), node(2, 2), node(1, 1), epoch(epoch), inSync);
    }

    private static NodeHealth master(boolean up, long replicaSilentSeconds) {
        return new NodeHealth(node(1, 1), Role.MASTER, up, Duration.ZERO, false, null, replicaSilentSeconds);
    }

    private static NodeHealth replica(boolean linkUp) {
        return new NodeHealth(node(2, 2), Role.REPLICA, true, Duration.ZERO, linkUp, node(1, 1), -1);
    }

    /** Rounds one second apart, in which the proxies of the nodes given answer. */
    private void rounds(int count, @Nullable NodeHealth master, @Nullable NodeHealth replica) {
        for (int i = 0; i < count; i++) {
            clock.pass(Duration.ofSeconds(1));
            long start = clock.getAsLong();
            if (master != null) {
                watch.answered(proxy(1), new Probe(Optional.of(epoch(epoch)), List.of(master)));
            }
            if (replica != null) {
                watch.answered(proxy(2), new Probe(Optional.of(epoch(epoch)), List.of(replica)));
            }
            watch.round(start);
        }
    }
}
