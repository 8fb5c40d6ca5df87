package io.undermoon.broker.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.ClusterName;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read from the texts of proxies, and how it is kept. */
class FiguresTest {
    @Test
    void reads_what_a_proxy_says() {
        assertThat(Figures.parse("# Clients\r\n"
                        + "connected_clients:7\r\n"
                        + "# Memory\r\n"
                        + "used_memory:1000\r\n"
                        + "maxmemory:2000\r\n"
                        + "used_memory_proxy:30\r\n"
                        + "# Stats\r\n"
                        + "instantaneous_ops_per_sec:42\r\n"
                        + "instantaneous_input_kbps:1.25\r\n"
                        + "instantaneous_output_kbps:2.50\r\n"
                        + "# Keyspace\r\n"
                        + "db0:keys=12,expires=3,avg_ttl=0\r\n"
                        + "# Commandstats\r\n"
                        + "cmdstat_get:calls=5,usec=70,usec_per_call=14.00,rejected_calls=0,failed_calls=0\r\n"
                        + "cmdstat_set:calls=2,usec=30,usec_per_call=15.00,rejected_calls=0,failed_calls=0\r\n"))
                .isEqualTo(new Figures(42, 7, 100, 1000, 2000, 30, 12, 7, 1.25, 2.5));
    }

    @Test
    void takes_what_makes_no_sense_for_nothing() {
        assertThat(Figures.parse("")).isNull();
        assertThat(Figures.parse("used_memory:1")).isNull();
        assertThat(Figures.parse("instantaneous_ops_per_sec:x\nused_memory:-5\nkeys\n:\ndb0:keys=\n"
                        + "instantaneous_input_kbps:NaN\ncmdstat_get:calls=x,usec="))
                .isEqualTo(new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void reads_the_lines_of_nodes() {
        assertThat(NodeAnswer.parse(
                        List.of("10.0.0.1:7001", "replica", "up", "5", "behind", "77", "10.0.0.2:7002", "-1", "none")))
                .hasValueSatisfying(node -> {
                    assertThat(node.link()).isEqualTo("behind");
                    assertThat(node.offset()).isEqualTo(77);
                    assertThat(String.valueOf(node.master())).isEqualTo("10.0.0.2:7002");
                });
        assertThat(NodeAnswer.parse(List.of("10.0.0.1:7001", "master"))).isEmpty();
        assertThat(NodeAnswer.parse(List.of("nowhere", "replica", "up", "5", "up", "x", "", "-1", "none")))
                .isEmpty();
    }

    @Test
    void keeps_the_last_values_and_shows_gaps() {
        Ring ring = new Ring(4);
        assertThat(ring.last(3, 10)).containsExactly(null, null, null);
        ring.put(10, 1);
        ring.put(11, 2);
        ring.put(13, 3);
        assertThat(ring.last(4, 13)).containsExactly(1.0, 2.0, null, 3.0);
        ring.put(14, 4);
        assertThat(ring.last(5, 14)).as("the oldest is gone").containsExactly(null, 2.0, null, 3.0, 4.0);
        ring.put(100, 5);
        assertThat(ring.last(4, 100)).containsExactly(null, null, null, 5.0);
        assertThat(ring.last(2, 102)).containsExactly(null, null);
    }

    @Test
    void keeps_an_hour_in_fine_steps_and_averages_of_more() {
        Metadata state = TestMetadata.withCluster(4, 0);
        FakeProbe probe = new FakeProbe();
        long[] now = {1_700_000_000_000L};
        ProxyObserver observer = new ProxyObserver(probe, () -> now[0]);
        History history = new History(() -> now[0]);
        for (int i = 0; i < 24; i++) {
            long ops = i;
            state.allProxies().keySet().forEach(proxy -> {
                probe.states.put(proxy, FakeProbe.answer(2));
                probe.figures.put(proxy, new Figures(ops, 0, 0, 100, 0, 0, 5, 1, 0, 0));
            });
            for (int tick = 0; tick < 5; tick++) {
                observer.tick(state);
                now[0] += 1000;
            }
            history.record(state, observer);
        }
        History.Extract fine = history.of(TestMetadata.DEMO, 1);
        assertThat(fine.stepSeconds()).isEqualTo(5);
        assertThat(fine.series().get("ops_per_second")).hasSize(12).endsWith(44.0, 46.0);
        assertThat(fine.series().get("used_memory")).containsOnly(200.0);
        assertThat(fine.series().get("lag_bytes")).containsOnlyNulls();
        History.Extract coarse = history.of(TestMetadata.DEMO, 720);
        assertThat(coarse.stepSeconds()).isEqualTo(60);
        assertThat(coarse.series().get("keys")).hasSize(720).endsWith(10.0);
        assertThat(history.of(new ClusterName("other"), 15).series().get("keys"))
                .containsOnlyNulls();
    }
}
