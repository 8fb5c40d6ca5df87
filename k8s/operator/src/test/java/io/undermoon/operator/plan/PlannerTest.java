package io.undermoon.operator.plan;

import static io.undermoon.operator.plan.Situation.chunk;
import static io.undermoon.operator.plan.Situation.master;
import static io.undermoon.operator.plan.Situation.proxy;
import static io.undermoon.operator.plan.Situation.steady;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.plan.Step.Action;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The next step in the situations that operators of other systems have got wrong, and in the ordinary ones. */
class PlannerTest {
    private static BrokerView.Maintenance maintenance(int ordinal, String state, long seconds) {
        return new BrokerView.Maintenance(proxy(ordinal), state, seconds, "");
    }

    @Test
    void does_nothing_when_everything_is_as_the_spec_says() {
        Step step = steady(3).next();
        assertThat(step.isSteady()).isTrue();
        assertThat(step.action()).isInstanceOf(Action.Nothing.class);
    }

    @Test
    void is_not_steady_before_it_is_known_which_pods_have_an_old_template() {
        Situation situation = steady(1);
        situation.isTemplateSeen = false;
        assertThat(situation.next().isSteady()).isFalse();
    }

    @Test
    void starts_pods_before_anything_else() {
        Situation situation = steady(1);
        situation.spec.chunks = 4;
        situation.answers = false;
        assertThat(situation.next().action()).isEqualTo(new Action.Scale(9));
    }

    @Test
    void creates_the_cluster_when_enough_proxies_have_registered() {
        Situation situation = steady(2);
        situation.knowsCluster = false;
        situation.status.created = false;
        situation.registered.clear();
        situation.registered.add(proxy(0));
        situation.change(3, pod -> Situation.stuck(pod, "container redis-1 waits: ImagePullBackOff"));
        assertThat(situation.next().message())
                .isEqualTo("1 of 4 proxies have registered; pod orders-proxy-3: container"
                        + " redis-1 waits: ImagePullBackOff");
        for (int i = 0; i < 4; i++) {
            situation.registered.add(proxy(i));
        }
        assertThat(situation.next().action()).isEqualTo(new Action.CreateCluster(2, 2));
    }

    @Test
    void never_makes_an_empty_cluster_in_the_place_of_a_lost_one() {
        Situation situation = steady(2);
        situation.knowsCluster = false;
        assertThat(situation.next().state()).isEqualTo(Step.METADATA_LOST);
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
    }

    @Test
    void scales_out_by_pods_then_chunks_then_slots() {
        Situation situation = steady(1);
        situation.spec.chunks = 2;
        situation.replicas = 5;
        assertThat(situation.next().message()).isEqualTo("1 of 2 more proxies have registered");
        situation.registered.add(proxy(3));
        assertThat(situation.next().action()).isEqualTo(new Action.AddChunks(2));
        situation.chunks.add(chunk(2, 3, false));
        Map<String, Integer> even = new TreeMap<>();
        for (int i = 0; i < 4; i++) {
            even.put(master(i), 1);
        }
        assertThat(situation.next().action()).isEqualTo(new Action.MoveSlots(even, 2));
    }

    @Test
    void a_scale_in_moves_slots_then_frees_chunks_then_deletes_pods() {
        Situation situation = steady(2);
        situation.spec.chunks = 1;
        assertThat(situation.next().action())
                .isEqualTo(new Action.MoveSlots(Map.of(master(0), 1, master(1), 1, master(2), 0, master(3), 0), 1));
        situation.isMigrating = true;
        situation.status.evenChunks = 0;
        situation.status.movingTo = 1;
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
        assertThat(situation.next().message()).isEqualTo("100 slots are still to move");
        situation.isMigrating = false;
        situation.chunks.set(1, chunk(2, 3, false));
        situation.status.evenChunks = 1;
        assertThat(situation.next().action()).isInstanceOf(Action.NoteEmpty.class);
        situation.status.emptySince = situation.now;
        situation.now += Planner.EMPTY_MILLIS - 1;
        assertThat(situation.next().message()).isEqualTo("1 chunks are empty and leave in 1 s");
        situation.now += 1;
        assertThat(situation.next().action()).isInstanceOf(Action.FreeChunks.class);
        situation.chunks.remove(1);
        assertThat(situation.next().action()).isEqualTo(new Action.StartDrain("orders-proxy-4"));
        situation.draining.put("orders-proxy-4", "");
        situation.draining.put("orders-proxy-3", "");
        assertThat(situation.next().action()).isEqualTo(new Action.Scale(3));
        situation.replicas = 3;
        assertThat(situation.next().message()).isEqualTo("waits for pod orders-proxy-3 to end");
        situation.pods.removeIf(pod -> pod.ordinal() >= 3);
        assertThat(situation.next().action()).isEqualTo(new Action.Deregister(proxy(3)));
        situation.registered.remove(proxy(3));
        situation.registered.remove(proxy(4));
        assertThat(situation.next().action()).isEqualTo(new Action.EndDrain("orders-proxy-3"));
        situation.draining.clear();
        assertThat(situation.next().isSteady()).isTrue();
    }

    @Test
    void a_scale_in_that_would_lose_slots_keeps_the_pods() {
        // After a failover a spare with the highest ordinal has slots. A StatefulSet would delete it first.
        Situation situation = steady(2);
        situation.spec.chunks = 1;
        situation.chunks.clear();
        situation.chunks.add(chunk(0, 4, true));
        situation.status.evenChunks = 1;
        situation.draining.put("orders-proxy-4", "free proxies on two other hosts are needed");
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
        assertThat(situation.next().message())
                .isEqualTo("empties proxy orders-proxy-4: free proxies on two other hosts are needed");
        situation.chunks.set(0, chunk(1, 2, true));
        situation.draining.put("orders-proxy-3", "");
        assertThat(situation.next().action()).isEqualTo(new Action.Scale(3));
    }

    @Test
    void the_chunks_with_the_highest_ordinals_leave_wherever_they_are_in_the_list() {
        Situation situation = steady(3);
        situation.spec.chunks = 2;
        situation.chunks.set(0, chunk(5, 6, true));
        situation.chunks.set(2, chunk(0, 1, true));
        assertThat(((Action.MoveSlots) situation.next().action()).weights())
                .containsEntry(master(5), 0)
                .containsEntry(master(6), 0)
                .containsEntry(master(0), 1)
                .containsEntry(master(3), 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"failing", "failed", "not in sync"})
    void a_failover_is_not_taken_for_a_scale_down(String trouble) {
        Situation situation = steady(2);
        situation.spec.chunks = 1;
        switch (trouble) {
            case "failing" -> situation.failing.add(proxy(2));
            case "failed" -> situation.failed.add(proxy(2));
            default -> situation.notInSync.add("orders-proxy-0:7001");
        }
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
        assertThat(situation.next().message()).startsWith("waits before the number of chunks changes: ");
    }

    @Test
    void a_pod_that_is_gone_is_no_scale_down() {
        Situation situation = steady(2);
        situation.pods.removeIf(pod -> pod.ordinal() == 1);
        situation.failing.add(proxy(1));
        Step step = situation.next();
        assertThat(step.action()).isInstanceOf(Action.Nothing.class);
        assertThat(step.message()).isEqualTo("proxy orders-proxy-1 has failed");
    }

    @Test
    void slots_turn_round_when_the_spec_does() {
        Situation situation = steady(2);
        situation.spec.chunks = 2;
        situation.isMigrating = true;
        situation.status.movingTo = 1;
        assertThat(situation.next().action()).isInstanceOf(Action.AbortMoves.class);
        situation.isMigrating = false;
        situation.status.evenChunks = 0;
        assertThat(situation.next().action()).isInstanceOf(Action.MoveSlots.class);
    }

    @Test
    void slots_are_moved_by_masters_as_a_half_may_have_none() {
        Situation situation = steady(2);
        situation.spec.chunks = 1;
        String other = master(2).replace(":7001", ":7002");
        situation.chunks.set(
                1, new BrokerView.Chunk(List.of(proxy(2), proxy(3)), List.of(master(2), other), true, true));
        assertThat(((Action.MoveSlots) situation.next().action()).weights())
                .isEqualTo(Map.of(master(0), 1, master(1), 1, master(2), 0, other, 0));
    }

    @Test
    void a_drain_is_taken_back_with_the_scale_in() {
        Situation situation = steady(2);
        situation.draining.put("orders-proxy-3", "");
        assertThat(situation.next().action()).isEqualTo(new Action.EndDrain("orders-proxy-3"));
    }

    @Test
    void a_roll_restarts_spares_first_then_one_proxy_at_a_time() {
        Situation situation = steady(1);
        for (int i = 0; i < 3; i++) {
            situation.change(i, Situation::old);
        }
        situation.rollout = java.util.Optional.of("brokers are being restarted or are not ready");
        assertThat(situation.next().message()).contains("brokers are being restarted");
        situation.rollout = java.util.Optional.empty();
        assertThat(situation.next().action()).isEqualTo(new Action.DeletePod("orders-proxy-2", "uid-2"));
        situation.change(2, pod -> Situation.stuck(Situation.pod(2), "container proxy waits: ImagePullBackOff"));
        assertThat(situation.next().message())
                .isEqualTo("waits for pod orders-proxy-2: container proxy waits: ImagePullBackOff");
        situation.change(2, pod -> Situation.pod(2));
        assertThat(situation.next().action()).isEqualTo(new Action.StartMaintenance(proxy(0)));
        situation.maintenance.add(maintenance(0, "handing_over", 300));
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
        situation.maintenance.set(0, maintenance(0, "ready", 300));
        assertThat(situation.next().action()).isEqualTo(new Action.DeletePod("orders-proxy-0", "uid-0"));
        situation.pods.removeIf(pod -> pod.ordinal() == 0);
        assertThat(situation.next().message()).isEqualTo("pod orders-proxy-0 is being made anew");
        situation.pods.add(Situation.stuck(Situation.pod(0), "it has not started yet"));
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
        situation.change(0, pod -> Situation.pod(0));
        assertThat(situation.next().action()).isEqualTo(new Action.EndMaintenance(proxy(0)));
        situation.maintenance.clear();
        situation.notInSync.add("orders-proxy-0:7002");
        assertThat(situation.next().message()).contains("is not in sync");
        situation.notInSync.clear();
        assertThat(situation.next().action()).isEqualTo(new Action.StartMaintenance(proxy(1)));
    }

    @Test
    void a_roll_never_takes_the_last_copy() {
        Situation situation = steady(1).change(0, Situation::old).change(1, Situation::old);
        situation.maintenance.add(maintenance(0, "last_copy", 300));
        assertThat(situation.next().action()).isEqualTo(new Action.EndMaintenance(proxy(0)));
        situation.maintenance.clear();
        situation.failed.add(proxy(1));
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
    }

    @Test
    void goes_on_with_the_restart_that_another_operator_has_begun() {
        Situation situation = steady(2).change(0, Situation::old).change(3, Situation::old);
        situation.maintenance.add(maintenance(3, "ready", 300));
        assertThat(situation.next().action()).isEqualTo(new Action.DeletePod("orders-proxy-3", "uid-3"));
        situation.maintenance.set(0, maintenance(3, "ready", 20));
        assertThat(situation.next().action()).isEqualTo(new Action.StartMaintenance(proxy(3)));
    }

    @Test
    void a_pod_on_a_node_that_is_being_drained_moves_by_itself() {
        Situation situation = steady(1).change(1, Situation::leaving);
        assertThat(situation.next().action()).isEqualTo(new Action.StartMaintenance(proxy(1)));
    }

    @Test
    void a_corrected_template_replaces_the_pod_that_did_not_start() {
        Situation situation = steady(1).change(2, pod -> Situation.old(Situation.stuck(pod, "ImagePullBackOff")));
        assertThat(situation.next().action()).isEqualTo(new Action.DeletePod("orders-proxy-2", "uid-2"));
    }

    @Test
    void a_volume_that_cannot_grow_is_asked_for_once() {
        Situation situation = steady(1);
        situation.spec.storage = new UndermoonClusterSpec.Storage();
        situation.spec.storage.size = "20Gi";
        situation.claims.add("data-orders-proxy-0");
        assertThat(situation.next().action())
                .isEqualTo(new Action.ResizeVolumes(List.of("data-orders-proxy-0"), "20Gi"));
        situation.status.volumeSizeRefused = "20Gi";
        assertThat(situation.next().isSteady()).isTrue();
        situation.spec.storage.size = "30Gi";
        assertThat(situation.next().action()).isInstanceOf(Action.ResizeVolumes.class);
    }

    @Test
    void a_volume_that_grows_is_waited_for_and_one_that_cannot_is_a_condition() {
        Situation situation = steady(1);
        situation.growing.add(new Observed.GrowingClaim("data-orders-proxy-0", "has 10Gi of 20Gi", false));
        assertThat(situation.next().state()).isEqualTo("ResizingVolumes");
        assertThat(situation.next().message()).isEqualTo("volume claim data-orders-proxy-0: has 10Gi of 20Gi");
        situation.change(1, Situation::old);
        assertThat(situation.next().action())
                .as("some volumes grow only when their pods are made anew")
                .isInstanceOf(Action.StartMaintenance.class);
        situation.change(1, pod -> Situation.pod(1));
        situation.growing.set(
                0, new Observed.GrowingClaim("data-orders-proxy-0", "has 10Gi of 20Gi, ControllerResizeError", true));
        assertThat(situation.next().isSteady()).isTrue();
    }

    @Test
    void secrets_are_replaced_step_by_step_and_each_waits_for_all_pods() {
        Situation situation = steady(1);
        situation.spec.auth.rotation = "2026-11";
        assertThat(situation.next().action()).isEqualTo(new Action.ReplaceSecrets("2026-11"));
        SecureRandom random = new SecureRandom();
        for (Access.Phase phase : List.of(Access.Phase.ACCEPT, Access.Phase.USE)) {
            situation.access = situation.access.next("2026-11", random);
            assertThat(situation.access.phase()).isEqualTo(phase);
            situation.rollout = Optional.of("brokers are being restarted or are not ready");
            assertThat(situation.next().message()).contains("waits before secrets are replaced: brokers");
            situation.rollout = Optional.empty();
            situation.change(1, Situation::old);
            assertThat(situation.next().action()).isInstanceOf(Action.StartMaintenance.class);
            situation.change(1, pod -> Situation.stuck(Situation.pod(1), "it has not started yet"));
            assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
            situation.change(1, pod -> Situation.pod(1));
            assertThat(situation.next().action()).isEqualTo(new Action.ReplaceSecrets("2026-11"));
        }
        situation.access = situation.access.next("2026-11", random);
        assertThat(situation.next().isSteady()).isTrue();
        situation.spec.auth.rotation = null;
        assertThat(situation.next().isSteady()).isTrue();
    }

    @Test
    void configuration_is_sent_once_for_each_change() {
        Situation situation = steady(1);
        situation.spec.config.put("min_replica_acks", "1");
        Action action = situation.next().action();
        assertThat(action).isInstanceOf(Action.Configure.class);
        situation.status.configDigest = ((Action.Configure) action).digest();
        assertThat(situation.next().isSteady()).isTrue();
    }

    @Test
    void a_paused_cluster_is_left_alone() {
        Situation situation = steady(1);
        situation.spec.pause = true;
        situation.spec.chunks = 5;
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
    }

    @Test
    void roles_are_what_the_broker_says_and_not_what_ordinals_suggest() {
        // Pods 0 and 1 are spares after failovers: they restart first, and without a switchover.
        Situation situation = steady(1);
        situation.chunks.set(0, chunk(2, 3, true));
        situation.spec.spares = 2;
        situation.replicas = 4;
        situation.pods.add(Situation.pod(3));
        situation.registered.add(proxy(3));
        situation.change(0, Situation::old).change(2, Situation::old);
        assertThat(situation.next().action()).isEqualTo(new Action.DeletePod("orders-proxy-0", "uid-0"));
        situation.change(0, pod -> Situation.pod(0));
        assertThat(situation.next().action()).isEqualTo(new Action.StartMaintenance(proxy(2)));
    }
}
