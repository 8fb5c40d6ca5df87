package io.undermoon.proxy.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.Tenancy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is done with a node by its mark, its keys and the metadata. */
class VerdictTest {
    private static final NodeAddress NODE = new NodeAddress("10.0.0.1:7001");
    private static final NodeAddress OTHER = new NodeAddress("10.0.0.2:7001");
    private static final Epoch EPOCH = new Epoch(5);

    private static Mark mark(String installation, String cluster) {
        return new Mark(installation, cluster, EPOCH, Set.of(NODE, OTHER));
    }

    private static Tenancy tenancy(List<PastUse> past, List<PastUse> open) {
        return new Tenancy("system", "c2", past, open, null);
    }

    private static PastUse left(String cluster, long epoch) {
        return new PastUse(cluster, new Epoch(epoch));
    }

    private static Verdict verdict(Mark mark, PastUse... past) {
        return Verdict.of(NODE, mark, true, tenancy(List.of(past), List.of()));
    }

    private static void allows(Verdict verdict, boolean asMaster, boolean asReplica) {
        assertThat(verdict.allows(Role.MASTER)).as("%s as a master", verdict).isEqualTo(asMaster);
        assertThat(verdict.allows(Role.REPLICA)).as("%s as a replica", verdict).isEqualTo(asReplica);
    }

    @Test
    void a_node_with_the_keys_of_its_cluster_is_used_at_once() {
        allows(verdict(mark("system", "c2")), true, true);
        allows(verdict(mark("system", "c2"), left("c2", 9)), true, true);
    }

    @Test
    void keys_of_somebody_else_are_neither_served_nor_replaced() {
        Verdict unmarked = Verdict.of(NODE, null, true, tenancy(List.of(), List.of()));
        assertThat(unmarked).isEqualTo(new Verdict.Foreign("has keys of unknown origin"));
        allows(unmarked, false, false);
        Verdict foreign = verdict(mark("other", "c2"));
        assertThat(foreign).isEqualTo(new Verdict.Foreign("belongs to installation other"));
        allows(foreign, false, false);
        Verdict present = verdict(mark("system", "c1"));
        assertThat(present).isEqualTo(new Verdict.Foreign("has keys of cluster c1"));
        allows(present, false, false);
    }

    /** The broker was restored from a copy that is older than the mark. */
    @Test
    void keys_that_were_written_after_the_node_left_the_cluster_are_not_outdated() {
        assertThat(verdict(mark("system", "c1"), left("c1", 5))).isInstanceOf(Verdict.Foreign.class);
        assertThat(verdict(mark("system", "c1"), left("c3", 6))).isInstanceOf(Verdict.Foreign.class);
    }

    @Test
    void keys_of_a_cluster_that_is_over_may_be_replaced_but_not_served() {
        Verdict outdated = verdict(mark("system", "c1"), left("c1", 6));
        assertThat(outdated).isInstanceOf(Verdict.Outdated.class);
        allows(outdated, false, true);
        Mark elsewhere = new Mark("system", "c1", EPOCH, Set.of(OTHER));
        assertThat(verdict(elsewhere, left("c1", 3))).isInstanceOf(Verdict.Outdated.class);
        allows(Verdict.of(NODE, null, false, tenancy(List.of(), List.of())), false, true);
    }

    @Test
    void keys_that_a_replica_still_has_to_get_are_retained() {
        Verdict retained = Verdict.of(NODE, mark("system", "c1"), true, tenancy(List.of(), List.of(left("c1", 6))));
        assertThat(retained).isInstanceOf(Verdict.Retained.class);
        allows(retained, false, false);
    }
}
