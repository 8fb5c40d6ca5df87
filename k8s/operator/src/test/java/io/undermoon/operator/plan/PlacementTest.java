package io.undermoon.operator.plan;

import static io.undermoon.operator.plan.Situation.chunk;
import static io.undermoon.operator.plan.Situation.proxy;
import static io.undermoon.operator.plan.Situation.steady;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.undermoon.operator.broker.BrokerView.Location;
import io.undermoon.operator.plan.Step.Action;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Zones and nodes: what the broker is told, and what happens to chunks whose halves have got into one. */
class PlacementTest {
    /** One chunk in two zones, and three free proxies. */
    private static Situation spread() {
        Situation situation = steady(1);
        situation.spec.spares = 3;
        situation.replicas = 5;
        for (int i = 3; i < 5; i++) {
            situation.pods.add(Situation.pod(i));
            situation.registered.add(proxy(i));
        }
        return situation
                .place(0, "a", "n0")
                .place(1, "b", "n1")
                .place(2, "a", "n2")
                .place(3, "b", "n3")
                .place(4, "b", "n4");
    }

    private static Condition degraded(Situation situation) {
        Statuses.describe(situation.status, situation.observed(), situation.next(), 1);
        return situation.status.conditions.stream()
                .filter(condition -> condition.getType().equals(Statuses.DEGRADED))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void the_broker_knows_zones_before_it_chooses_proxies() {
        Situation situation = spread();
        situation.knowsCluster = false;
        situation.status.created = false;
        situation.locations.remove(proxy(1));
        assertThat(situation.next().action())
                .isEqualTo(new Action.TellLocations(Map.of(proxy(1), new Location("b", "n1"))));
        situation.place(1, "b", "n1");
        assertThat(situation.next().action()).isInstanceOf(Action.CreateCluster.class);
    }

    @Test
    void the_broker_is_told_when_a_pod_has_moved() {
        Situation situation = spread();
        assertThat(situation.next().isSteady()).isTrue();
        situation.place(1, "c", "n9");
        situation.locations.put(proxy(1), new Location("b", "n1"));
        assertThat(situation.next().action())
                .isEqualTo(new Action.TellLocations(Map.of(proxy(1), new Location("c", "n9"))));
    }

    @Test
    void a_broker_that_cannot_be_told_is_not_asked_to() {
        Situation situation = spread();
        situation.locations.clear();
        situation.knowsLocations = false;
        assertThat(situation.next().isSteady()).isTrue();
    }

    @Test
    void a_chunk_that_has_got_into_one_zone_moves_to_two() {
        Situation situation = spread().place(1, "a", "n5");
        assertThat(situation.next().action()).isEqualTo(new Action.Separate("orders-proxy-1"));
        assertThat(degraded(situation).getReason()).isEqualTo("NotSpread");
        situation.status.separating = "orders-proxy-1";
        situation.draining.put("orders-proxy-1", "");
        assertThat(situation.next().message()).isEqualTo("empties proxy orders-proxy-1");
        situation.chunks.set(0, chunk(2, 3, true));
        assertThat(situation.next().action()).isEqualTo(new Action.EndDrain("orders-proxy-1"));
        situation.draining.clear();
        situation.status.separating = null;
        assertThat(situation.next().isSteady()).isTrue();
        assertThat(degraded(situation).getStatus()).isEqualTo("False");
    }

    @Test
    void a_chunk_on_one_node_moves_where_there_is_one_zone_only() {
        Situation situation = spread();
        for (int i = 0; i < 5; i++) {
            situation.place(i, "", i < 2 ? "n0" : "n" + i);
        }
        assertThat(situation.next().action()).isEqualTo(new Action.Separate("orders-proxy-1"));
        assertThat(situation.next().message()).endsWith("are both on node n0");
    }

    @Test
    void nothing_moves_without_two_free_proxies_that_are_farther_apart() {
        Situation situation = spread().place(1, "a", "n5").place(3, "a", "n3").place(4, "b", "n4");
        situation.failed.add(proxy(4));
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
        assertThat(degraded(situation).getMessage())
                .isEqualTo("the halves of the chunk of orders-proxy-0 and orders-proxy-1 are both in zone a; two free"
                        + " proxies that are farther apart are needed, so spec.spares at least 2");
        situation.place(4, "a", "n4");
        assertThat(degraded(situation).getStatus()).as("there is one zone").isEqualTo("False");
    }

    @Test
    void a_move_that_cannot_go_on_is_given_up() {
        Situation situation = spread().place(1, "a", "n5");
        situation.status.separating = "orders-proxy-1";
        situation.draining.put("orders-proxy-1", "free proxies on two other hosts are needed");
        assertThat(situation.next().action()).isEqualTo(new Action.EndDrain("orders-proxy-1"));
    }

    @Test
    void nothing_moves_while_a_copy_is_missing() {
        Situation situation = spread().place(1, "a", "n5");
        situation.notInSync.add("orders-proxy-0:7001");
        assertThat(situation.next().action()).isInstanceOf(Action.Nothing.class);
    }
}
