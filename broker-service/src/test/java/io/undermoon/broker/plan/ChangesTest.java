package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sentences about a change. */
class ChangesTest {
    private static final Metadata STATE = TestMetadata.synced(TestMetadata.withCluster(4, 4));

    @Test
    void says_nothing_of_no_change() {
        assertThat(Changes.between(STATE, STATE)).isEqualTo(new Changes(java.util.List.of(), java.util.List.of()));
    }

    @Test
    void names_clusters_that_come_and_go() {
        Metadata more = Clusters.create(STATE, CONTEXT, new ClusterName("b"), 4, ClusterConfig.DEFAULT)
                .state();
        assertThat(Changes.between(STATE, more).sentences())
                .singleElement()
                .asString()
                .startsWith("Cluster b is created" + " with 4 nodes behind 10.0.0.");
        assertThat(Changes.between(more, STATE).sentences())
                .singleElement()
                .asString()
                .contains("Cluster b is removed", "all its keys are lost");
    }

    @Test
    void counts_the_slots_that_will_move() {
        Metadata grown = Clusters.growTo(STATE, CONTEXT, DEMO, 8).state();
        Metadata moving = Expansion.expand(grown, CONTEXT, DEMO).state();
        Changes changes = Changes.between(STATE, moving);
        assertThat(changes.moves().stream().mapToInt(Changes.Move::slots).sum()).isEqualTo(8192);
        assertThat(changes.sentences()).anyMatch(text -> text.startsWith("8192 slots of cluster demo go in"));
        assertThat(changes.sentences()).anyMatch(text -> text.startsWith("Cluster demo gets 2 proxies: "));
        Changes back = Changes.between(moving, grown);
        assertThat(back.sentences()).anyMatch(text -> text.contains("given up; the slots stay at their sources"));
    }

    @Test
    void tells_who_becomes_master() {
        ProxyAddress proxy =
                STATE.clusters().get(DEMO).chunks().get(0).proxyAddresses().get(0);
        Metadata after = Switchover.away(STATE, CONTEXT, proxy).state();
        assertThat(Changes.between(STATE, after).sentences())
                .singleElement()
                .asString()
                .contains("becomes master of 8192 slots, in place of 10.0.0.");
    }

    @Test
    void tells_what_a_failover_does() {
        ProxyAddress proxy =
                STATE.clusters().get(DEMO).chunks().get(0).proxyAddresses().get(0);
        Metadata after = Failover.failOver(STATE, CONTEXT, proxy, false).state();
        assertThat(Changes.between(STATE, after).sentences())
                .anyMatch(text -> text.startsWith("Cluster demo gets proxy 10.0.0."))
                .anyMatch(text -> text.equals("Cluster demo lets go of proxy " + proxy + "."))
                .anyMatch(text -> text.contains("becomes master of 8192 slots"))
                .anyMatch(text -> text.equals("Proxy " + proxy + " counts as failed until it registers again."));
    }

    @Test
    void tells_of_settings_hosts_and_maintenance() {
        assertThat(Changes.between(
                                STATE,
                                Clusters.configure(STATE, CONTEXT, DEMO, Map.of("migration_scan_count", "64"))
                                        .state())
                        .sentences())
                .singleElement()
                .asString()
                .contains("Setting migration_scan_count of cluster demo becomes 64");
        assertThat(Changes.between(
                                STATE,
                                HostDrains.request(STATE, CONTEXT, "host1").state())
                        .sentences())
                .containsExactly("Host host1 is emptied; nothing is placed on it from now on.");
        ProxyAddress free = TestMetadata.proxy(5);
        assertThat(Changes.between(
                                STATE,
                                Maintenance.begin(STATE, CONTEXT, free, 60).state())
                        .sentences())
                .containsExactly("Proxy " + free + " is under maintenance and is not replaced meanwhile.");
        assertThat(Changes.between(STATE, Proxies.remove(STATE, free).state()).sentences())
                .containsExactly("Proxy " + free + " is not registered any more.");
    }
}
