package io.undermoon.operator.plan;

import static io.undermoon.operator.plan.Situation.proxy;
import static io.undermoon.operator.plan.Situation.steady;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The conditions and the progress in the status. */
class StatusesTest {
    private static Condition described(Situation situation, String type) {
        Statuses.describe(situation.status, situation.observed(), situation.next(), 7);
        return situation.status.conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_steady_cluster_is_ready_and_nothing_else() {
        Situation situation = steady(2);
        assertThat(described(situation, "Ready").getStatus()).isEqualTo("True");
        assertThat(described(situation, "Progressing").getStatus()).isEqualTo("False");
        assertThat(described(situation, "Degraded").getStatus()).isEqualTo("False");
        assertThat(situation.status.chunks).isEqualTo(2);
        assertThat(situation.status.observedGeneration).isEqualTo(7);
        assertThat(situation.status.progress).isNull();
        assertThat(situation.status.selector)
                .isEqualTo("app.kubernetes.io/component=proxy,undermoon.io/cluster=orders");
    }

    @Test
    void an_error_condition_goes_when_its_reason_does() {
        Situation situation = steady(1);
        situation.failed.add(proxy(1));
        Condition degraded = described(situation, "Degraded");
        assertThat(degraded.getStatus()).isEqualTo("True");
        assertThat(degraded.getReason()).isEqualTo("CopyMissing");
        assertThat(degraded.getMessage()).isEqualTo("proxy orders-proxy-1 has failed");
        situation.now += 5000;
        assertThat(described(situation, "Degraded").getLastTransitionTime())
                .isEqualTo(degraded.getLastTransitionTime());
        situation.failed.clear();
        Condition healed = described(situation, "Degraded");
        assertThat(healed.getStatus()).isEqualTo("False");
        assertThat(healed.getLastTransitionTime()).isNotEqualTo(degraded.getLastTransitionTime());
    }

    @Test
    void a_hot_spare_is_a_copy_that_may_be_missing() {
        Situation situation = steady(1);
        situation.spec.copies = 3;
        Condition degraded = described(situation, "Degraded");
        assertThat(degraded.getReason()).isEqualTo("CopyMissing");
        assertThat(degraded.getMessage()).isEqualTo("0 of 1 hot spares are there for 3 copies");
        situation.spares.add(proxy(2));
        assertThat(described(situation, "Degraded").getStatus()).isEqualTo("False");
    }

    @Test
    void a_volume_that_could_not_grow_is_named() {
        Situation situation = steady(1);
        situation.growing.add(
                new Observed.GrowingClaim("data-orders-proxy-0", "has 10Gi of 20Gi, ControllerResizeError", true));
        Condition degraded = described(situation, "Degraded");
        assertThat(degraded.getReason()).isEqualTo("VolumesNotResized");
        assertThat(degraded.getMessage())
                .isEqualTo("volume claim data-orders-proxy-0: has 10Gi of 20Gi, ControllerResizeError");
        situation.growing.clear();
        assertThat(described(situation, "Degraded").getStatus()).isEqualTo("False");
    }

    @Test
    void is_not_ready_while_neither_half_of_a_chunk_serves() {
        Situation situation = steady(1);
        situation.change(0, pod -> Situation.stuck(pod, "it has not started yet"));
        assertThat(described(situation, "Ready").getStatus()).isEqualTo("True");
        situation.change(1, pod -> Situation.stuck(pod, "it has not started yet"));
        assertThat(described(situation, "Ready").getReason()).isEqualTo("ChunkDown");
    }

    @Test
    void does_not_know_without_a_broker() {
        Situation situation = steady(1);
        situation.answers = false;
        assertThat(described(situation, "Ready").getStatus()).isEqualTo("Unknown");
        assertThat(described(situation, "Degraded").getReason()).isEqualTo("BrokerUnreachable");
    }

    @Test
    void shows_how_far_slots_are() {
        Situation situation = steady(1);
        situation.isMigrating = true;
        assertThat(described(situation, "Progressing").getReason()).isEqualTo("MovingSlots");
        assertThat(Objects.requireNonNull(situation.status.progress).slotsLeft).isEqualTo(100);
        assertThat(situation.status.progress.percent).isEqualTo(30);
        assertThat(situation.status.progress.secondsLeft).isEqualTo(2);
    }
}
