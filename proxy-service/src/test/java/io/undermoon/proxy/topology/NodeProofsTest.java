package io.undermoon.proxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Tenancy;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetMeta;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A proxy with a master for each half of the slots, in clusters that mark their nodes. */
class NodeProofsTest {
    private static final NodeAddress LOW = new NodeAddress("127.0.0.1:7001");
    private static final NodeAddress HIGH = new NodeAddress("127.0.0.1:7002");
    private static final String ID = "0a1b";

    private final TopologyStore store = new TopologyStore(
            new Self(new ProxyAddress("127.0.0.1:6001"), new ProxyAddress("127.0.0.1:6001"), Set.of(LOW, HIGH)),
            new Endpoints());
    private int epoch;

    NodeProofsTest() {
        store.provesNodes();
    }

    @Test
    void a_node_is_used_when_it_is_proven() {
        tell("c", ID);
        assertThat(store.current().unproven()).containsExactlyInAnyOrder(LOW, HIGH);
        assertThat(isHeld(1)).isTrue();
        assertThat(isHeld(9000)).isTrue();
        assertThat(store.current().nodes()).isEmpty();

        store.prove(LOW, ID);
        assertThat(store.current().unproven()).containsExactly(HIGH);
        assertThat(isServed(1)).isTrue();
        assertThat(isHeld(9000)).isTrue();
        tell("c", ID);
        assertThat(store.current().unproven()).as("with later metadata").containsExactly(HIGH);
    }

    @Test
    void a_node_with_keys_of_others_serves_nothing_until_it_is_proven() {
        tell("c", ID);
        store.refuse(LOW);
        assertThat(store.current().routes().owner(1)).isSameAs(Target.UNSERVED);
        assertThat(isHeld(9000)).isTrue();
        Topology refused = store.current();
        store.refuse(LOW);
        assertThat(store.current()).isSameAs(refused);

        store.prove(LOW, ID);
        assertThat(isServed(1)).isTrue();
        Topology proven = store.current();
        store.refuse(LOW);
        assertThat(store.current()).as("what is proven stays so").isSameAs(proven);

        store.refuse(HIGH);
        tell("c", ID);
        assertThat(isHeld(9000)).as("looked at anew with later metadata").isTrue();
    }

    @Test
    void what_is_proven_for_one_cluster_is_not_for_another() {
        tell("c", ID);
        store.prove(LOW, ID);
        store.prove(HIGH, "other");
        assertThat(store.current().unproven()).containsExactly(HIGH);
        tell("d", "other");
        assertThat(store.current().unproven()).containsExactly(LOW);
    }

    @Test
    void nodes_of_a_cluster_that_does_not_mark_them_are_used() {
        tell("c", null);
        assertThat(store.current().unproven()).isEmpty();
        assertThat(isServed(1)).isTrue();
        tell("d", ID);
        assertThat(store.current().unproven()).containsExactlyInAnyOrder(LOW, HIGH);
        tell("d", null);
        assertThat(store.current().unproven()).isEmpty();
    }

    @Test
    void nodes_that_a_cluster_has_used_before_it_marks_them_are_its_own() {
        tell("c", null);
        tell("c", ID);
        assertThat(store.current().unproven()).isEmpty();
        assertThat(isServed(9000)).isTrue();
    }

    @Test
    void a_proxy_of_one_installation_takes_no_metadata_of_another() {
        assertThat(store.installation()).isNull();
        store.nodesAreMarkedFor("one");
        assertThat(store.installation()).isEqualTo("one");
        assertThat(store.refusal("two")).contains("two").contains("one");
        assertThat(store.refusal("one")).isNull();
        assertThat(store.refusal((String) null)).isNull();
        store.nodesAreMarkedFor(null);
        tell("c", ID);
        assertThat(store.installation()).isEqualTo("installation");
        store.nodesAreMarkedFor("one");
        assertThat(store.installation()).as("metadata counts first").isEqualTo("installation");
    }

    private boolean isHeld(int slot) {
        return store.current().routes().owner(slot) instanceof Target.Held held && !held.refuses();
    }

    private boolean isServed(int slot) {
        return store.current().routes().owner(slot) instanceof Target.Local;
    }

    private void tell(String cluster, @Nullable String id) {
        epoch++;
        SetRepl roles = SetRepl.parse(
                words(epoch + " NOFLAG master " + cluster + " " + LOW + " 0 master " + cluster + " " + HIGH + " 0"));
        Tenancy tenancy = id == null ? null : new Tenancy("installation", id, List.of(), List.of(), null);
        SetCluster slots = SetCluster.parse(
                words("v2 " + epoch + " NOFLAG " + cluster + " " + LOW + " 1 0-8000 " + HIGH + " 1 8001-16383"));
        SetRepl marked = new SetRepl(roles.epoch(), false, roles.entries(), tenancy);
        assertThat(store.apply(new SetMeta(marked, slots, false))).isEqualTo(ApplyResult.APPLIED);
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }
}
