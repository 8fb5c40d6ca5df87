package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.state.AuditEntry;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.LongOperation;
import io.undermoon.broker.state.LongOperation.Kind;
import io.undermoon.broker.state.LongOperation.State;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.UndermoonException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OperationsTest {
    private static final String HOST = "host1";

    private Metadata state = TestMetadata.withCluster(8, 4);
    private long now = 100;

    @Test
    void counts_the_slots_that_have_arrived() {
        change(Resharding.reshard(state, CONTEXT, DEMO, toFirst(100)).state());
        assertThat(last()).satisfies(begun -> {
            assertThat(begun.id()).isEqualTo(1);
            assertThat(begun.kind()).isEqualTo(Kind.MOVE_SLOTS);
            assertThat(begun.subject()).isEqualTo("demo");
            assertThat(begun.who()).isEqualTo("alice");
            assertThat(begun.startedAt()).isEqualTo(101);
            assertThat(begun.slots()).isEqualTo(100);
        });
        assertThat(MetadataJson.read(MetadataJson.write(state))).isEqualTo(state);

        List<MigratingSlots> tasks = cluster().tasks();
        change(committed(tasks.get(0)));
        int first = tasks.get(0).rangeList().size();
        assertThat(last().slotsMoved()).isEqualTo(first).isLessThan(100);
        assertThat(last().isRunning()).isTrue();

        tasks.subList(1, tasks.size()).forEach(task -> change(committed(task)));
        assertThat(last().slotsMoved()).isEqualTo(100);
        assertThat(last().state()).isEqualTo(State.DONE);
        assertThat(last().endedAt()).isEqualTo(now);
        assertThat(state.operations()).hasSize(1);
    }

    @Test
    void tells_what_was_aborted_from_what_has_arrived() {
        change(Resharding.reshard(state, CONTEXT, DEMO, toFirst(100)).state());
        List<MigratingSlots> tasks = cluster().tasks();
        change(committed(tasks.get(0)));
        change(Aborts.withdraw(state, CONTEXT, DEMO, tasks.subList(1, tasks.size()))
                .state());

        int moved = tasks.get(0).rangeList().size();
        assertThat(last().slotsMoved()).isEqualTo(moved);
        assertThat(last().slotsReturned()).isEqualTo(100 - moved);
        assertThat(last().state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void adds_moves_that_are_asked_for_meanwhile_and_goes_on_over_a_failover() {
        change(Resharding.reshard(state, CONTEXT, DEMO, toFirst(100)).state());
        change(Resharding.reshard(state, CONTEXT, DEMO, toFirst(50)).state());
        assertThat(last().slots()).isEqualTo(150);

        Metadata synced = TestMetadata.synced(state);
        change(Failover.failOver(
                        synced,
                        CONTEXT,
                        cluster().chunks().get(1).proxyAddresses().get(0),
                        true)
                .state());
        assertThat(last().slots()).isEqualTo(150);
        assertThat(last().isRunning()).isTrue();
        assertThat(state.operations()).hasSize(1);
    }

    @Test
    void follows_a_drain_to_its_end() {
        change(HostDrains.request(state, CONTEXT, HOST).state());
        assertThat(last().kind()).isEqualTo(Kind.DRAIN_HOST);
        assertThat(last().slots()).isEqualTo(8192);

        change(advanced());
        assertThat(state.operations())
                .extracting(LongOperation::kind)
                .containsExactly(Kind.DRAIN_HOST, Kind.MOVE_SLOTS);
        cluster().tasks().forEach(task -> change(committed(task)));
        change(advanced());
        assertThat(state.operations()).allSatisfy(operation -> {
            assertThat(operation.state()).isEqualTo(State.DONE);
            assertThat(operation.slotsMoved()).isEqualTo(8192);
        });
        change(Clusters.addNodes(state, CONTEXT, DEMO, 4).state());
        assertThat(state.operations()).as("a drained host is not drained again").hasSize(2);
    }

    @Test
    void tells_a_drain_that_was_cancelled() {
        change(HostDrains.request(state, CONTEXT, HOST).state());
        change(HostDrains.cancel(state, HOST).state());
        assertThat(last().state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void follows_maintenance() {
        change(Maintenance.begin(state, CONTEXT, TestMetadata.proxy(8), 60).state());
        assertThat(last().kind()).isEqualTo(Kind.MAINTAIN_PROXY);
        assertThat(last().subject()).isEqualTo(TestMetadata.proxy(8).value());
        change(Maintenance.begin(state, CONTEXT, TestMetadata.proxy(8), 90).state());
        assertThat(state.operations()).hasSize(1);
        change(Maintenance.end(state, CONTEXT, TestMetadata.proxy(8)).state());
        assertThat(last().state()).isEqualTo(State.DONE);
    }

    @Test
    void maintenance_that_has_run_out_is_over() {
        change(Maintenance.begin(state, CONTEXT, TestMetadata.proxy(8), 60).state());
        now = CONTEXT.nowSeconds() + 60;
        change(state);
        assertThat(last().state()).isEqualTo(State.DONE);
        change(state);
        assertThat(state.operations()).as("it does not begin again").hasSize(1);
    }

    @Test
    void a_dump_with_a_subject_that_cannot_be_is_refused() {
        change(Maintenance.begin(state, CONTEXT, TestMetadata.proxy(8), 60).state());
        String dump = new String(MetadataJson.write(state), StandardCharsets.UTF_8);
        String subject = "\"subject\":\"" + TestMetadata.proxy(8) + "\"";
        assertThat(dump).contains(subject);
        byte[] bad = dump.replace(subject, "\"subject\":\"no address\"").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> MetadataJson.read(bad))
                .isInstanceOf(UndermoonException.class)
                .hasMessageContaining("no address");
    }

    @Test
    void does_not_count_twice_what_another_broker_has_counted() {
        change(Resharding.reshard(state, CONTEXT, DEMO, toFirst(100)).state());
        Metadata standby = state;
        change(committed(cluster().tasks().get(0)));
        assertThat(last().isRunning()).isTrue();

        Metadata copied = Operations.followed(standby, state, entry());
        assertThat(copied.operations()).isEqualTo(state.operations());
    }

    @Test
    void remembers_a_bounded_number_that_have_ended_and_all_that_run() {
        change(Maintenance.begin(state, CONTEXT, TestMetadata.proxy(8), 60).state());
        for (int i = 0; i < 2 * Operations.MAX_ENDED; i++) {
            change(HostDrains.request(state, CONTEXT, HOST).state());
            change(HostDrains.cancel(state, HOST).state());
        }
        assertThat(state.operations()).hasSize(Operations.MAX_ENDED + 1);
        assertThat(state.operations().get(0).isRunning()).isTrue();
        assertThat(last().id()).isEqualTo(2 * Operations.MAX_ENDED + 1);
    }

    private void change(Metadata next) {
        now++;
        state = Operations.followed(state, next, entry());
    }

    private AuditEntry entry() {
        return new AuditEntry(now, "alice", "POST /somewhere", state.globalEpoch(), state.globalEpoch());
    }

    private Metadata committed(MigratingSlots task) {
        return Commits.commit(state, CONTEXT, ClusterView.of(cluster()).task(task))
                .state();
    }

    private Metadata advanced() {
        return HostDrains.advance(state, CONTEXT, busy -> false, emptied -> true)
                .state();
    }

    private Resharding.Request toFirst(int slots) {
        String first = cluster().chunks().get(0).master(0).value();
        return new Resharding.Request(List.of(), first, slots, null);
    }

    private LongOperation last() {
        return state.operations().get(state.operations().size() - 1);
    }

    private StoredCluster cluster() {
        return Objects.requireNonNull(state.clusters().get(DEMO));
    }
}
