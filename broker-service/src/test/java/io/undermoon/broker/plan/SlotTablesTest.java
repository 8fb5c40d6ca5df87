package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which slots go where, to the slot, as in the original. */
class SlotTablesTest {
    @Test
    void gives_new_shards_contiguous_blocks() {
        assertThat(stable(TestMetadata.withCluster(12, 0)))
                .containsExactly("0-2730", "2731-5461", "5462-8192", "8193-10923", "10924-13653", "13654-16383");
        assertThat(stable(TestMetadata.withCluster(4, 0))).containsExactly("0-8191", "8192-16383");
    }

    @Test
    void expands_4_to_8() {
        assertThat(tasks(expanded(TestMetadata.withCluster(4, 2), 4)))
                .containsExactly("0→2: 4096-8191", "1→3: 12288-16383");
    }

    @Test
    void expands_8_to_12_after_4_to_8() {
        assertThat(tasks(expanded(eightFromFour(), 4)))
                .containsExactly("0→4: 2731-4095", "1→4: 10923-12287", "2→5: 6827-8191", "3→5: 15019-16383");
    }

    @Test
    void expands_4_to_12() {
        assertThat(tasks(expanded(TestMetadata.withCluster(4, 4), 8)))
                .containsExactly(
                        "0→2: 5461-8191", "0→3: 2731-5460", "1→3: 16383-16383", "1→4: 13653-16382", "1→5: 10923-13652");
    }

    @Test
    void shrinks_12_to_8_after_expanding() {
        Metadata twelve = committed(expanded(eightFromFour(), 4));
        assertThat(tasks(Shrinking.shrink(twelve, CONTEXT, DEMO, 8).state()))
                .containsExactly("4→0: 2731-4095", "4→1: 10923-12287", "5→2: 6827-8191", "5→3: 15019-16383");
    }

    @Test
    void shrinks_12_to_4() {
        Metadata shrunk = Shrinking.shrink(TestMetadata.withCluster(12, 0), CONTEXT, DEMO, 4)
                .state();
        assertThat(tasks(shrunk))
                .containsExactly(
                        "2→0: 5462-8192",
                        "3→0: 8193-10922",
                        "3→1: 10923-10923",
                        "4→1: 10924-13653",
                        "5→1: 13654-16383");
        assertThat(stable(shrunk).subList(2, 6)).containsOnly("none");
    }

    @Test
    void is_even_again_after_all_commits() {
        assertThat(stable(committed(expanded(TestMetadata.withCluster(4, 2), 4))))
                .containsExactly("0-4095", "8192-12287", "4096-8191", "12288-16383");
    }

    private static Metadata eightFromFour() {
        return committed(expanded(TestMetadata.withCluster(4, 4), 4));
    }

    private static Metadata expanded(Metadata state, int added) {
        Metadata grown = Clusters.addNodes(state, CONTEXT, DEMO, added).state();
        return Expansion.expand(grown, CONTEXT, DEMO).state();
    }

    private static Metadata committed(Metadata state) {
        Metadata current = state;
        while (cluster(current).runsMigrations()) {
            MigratingSlots task = cluster(current).tasks().get(0);
            current = Commits.commit(
                            current, CONTEXT, ClusterView.of(cluster(current)).task(task))
                    .state();
        }
        return current;
    }

    private static StoredCluster cluster(Metadata state) {
        return state.clusters().get(DEMO);
    }

    private static List<String> stable(Metadata state) {
        List<String> slots = new ArrayList<>();
        for (int shard = 0; shard < cluster(state).shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            slots.add(cluster(state)
                    .chunks()
                    .get(part.chunk())
                    .stable(part.part())
                    .toString());
        }
        return slots;
    }

    private static List<String> tasks(Metadata state) {
        return cluster(state).tasks().stream()
                .map(task -> task.meta().source().shard() + "→"
                        + task.meta().destination().shard() + ": " + task.rangeList())
                .toList();
    }
}
