package io.undermoon.broker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.ClusterUpdate;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Consistency;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetChange;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetMeta;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds after any sequence of plans, in any order, refused ones included. */
class PlanPropertiesTest {
    private static final int STEPS = 1500;
    private static final int PROXIES = 24;
    private static final int HOSTS = 7;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void every_plan_keeps_the_promises(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean marks = seed % 2 == 0;
        Metadata state = Metadata.empty(false).ofInstallation(marks ? "system" : null);
        int limit = (int) seed % 4;
        int applied = 0;
        int withSpares = 0;
        MetadataView view = new MetadataView(state);
        for (int step = 0; step < STEPS; step++) {
            PlanContext context = new PlanContext(1_000_000 + step, 30, 1 + random.nextInt(2), limit);
            String where = "seed " + seed + " step " + step;
            Metadata before = state;
            byte[] beforeBytes = step % 50 == 0 ? MetadataJson.write(before) : new byte[0];
            try {
                state = randomPlan(random, marks).apply(state, context).state();
                applied++;
            } catch (UndermoonException refused) {
                state = before;
            }
            if (beforeBytes.length > 0) {
                assertThat(MetadataJson.write(before))
                        .as(where + ": plans change no value")
                        .isEqualTo(beforeBytes);
            }
            checkEpochs(before, state, where);
            checkNewChunks(before, state, where);
            checkSpares(before, state, where);
            withSpares += state.clusters().values().stream().anyMatch(StoredCluster::hasSpares) ? 1 : 0;
            checkSlots(state, where);
            checkTasks(before, state, context, where);
            MetadataView former = view;
            view = view.next(state);
            checkUpdates(former, view, where);
            assertThat(Consistency.violations(state)).as(where).isEmpty();
        }
        assertThat(applied).as("plans that were not refused").isGreaterThan(STEPS / 4);
        assertThat(withSpares > STEPS / 20)
                .as("steps with spares: %d", withSpares)
                .isEqualTo(marks);
        assertThat(MetadataJson.read(MetadataJson.write(state))).isEqualTo(state);
    }

    /** What a proxy makes of a change is what the metadata says of it. */
    private static void checkUpdates(MetadataView before, MetadataView after, String where) {
        after.state().clusters().forEach((name, cluster) -> {
            Epoch base =
                    before.cluster(name).map(view -> view.cluster().epoch()).orElse(Epoch.ZERO);
            if (cluster.epoch().equals(base)) {
                return;
            }
            ClusterUpdate update = after.update(name, base).orElseThrow();
            assertThat(update.base()).as(where).isEqualTo(base);
            cluster.proxies().forEach(proxy -> {
                SetMeta present = before.proxy(proxy)
                        .map(known -> SetMeta.of(known, false))
                        .orElse(null);
                boolean isMember =
                        present != null && name.equals(present.slots().clusterName());
                ClusterUpdate fitting =
                        isMember ? update : after.update(name, Epoch.ZERO).orElseThrow();
                checkUpdate(present, fitting, SetMeta.of(after.proxy(proxy).orElseThrow(), false), proxy, where);
            });
            assertThat(update.first().stream().flatMap(List::stream))
                    .as(where + ": each comes once")
                    .doesNotHaveDuplicates()
                    .containsAll(update.roles().keySet());
        });
    }

    private static void checkUpdate(
            @Nullable SetMeta present, ClusterUpdate update, SetMeta wanted, ProxyAddress proxy, String where) {
        List<String> command =
                SetChange.toCommand(proxy, update.roles().getOrDefault(proxy, List.of()), update.change(), false);
        SetChange message = SetChange.parse(command.subList(2, command.size()));
        SetCluster none =
                new SetCluster(Epoch.ZERO, false, null, Map.of(), Map.of(), List.of(), ClusterConfig.DEFAULT, false);
        SetCluster result = message.change()
                .appliedTo(present == null ? none : present.slots(), proxy)
                .orElseThrow(() -> new AssertionError(where + ": " + update + " does not fit " + present));
        assertThat(result.local()).as(where).isEqualTo(wanted.slots().local());
        assertThat(result.peers()).as(where).isEqualTo(wanted.slots().peers());
        assertThat(result.replicas())
                .as(where)
                .containsExactlyInAnyOrderElementsOf(wanted.slots().replicas());
        assertThat(result.config()).as(where).isEqualTo(wanted.slots().config());
        assertThat(result.epoch()).as(where).isEqualTo(wanted.slots().epoch());
        SetRepl roles = message.roles();
        assertThat(roles == null ? present.roles().entries() : roles.entries())
                .as(where)
                .isEqualTo(wanted.roles().entries());
    }

    private static BiFunction<Metadata, PlanContext, Outcome<?>> randomPlan(SplittableRandom random, boolean marks) {
        ClusterName name = new ClusterName("c" + random.nextInt(3));
        int n = 1 + random.nextInt(PROXIES);
        ProxyAddress proxy = TestMetadata.proxy(n);
        int nodes = 4 * random.nextInt(6);
        return switch (random.nextInt(29)) {
            case 0, 1, 2, 3 ->
                (state, context) -> Proxies.register(
                        state,
                        proxy,
                        TestMetadata.nodes(n),
                        "host" + n % HOSTS,
                        null,
                        null,
                        marks && n < PROXIES ? new Proxies.NodeMarks(null, null) : null);
            case 4 -> (state, context) -> Proxies.remove(state, proxy);
            case 5 ->
                (state, context) -> Clusters.create(
                        state,
                        context,
                        name,
                        nodes,
                        ClusterConfig.DEFAULT.withCopies(marks ? 2 + random.nextInt(3) : 2));
            case 6 ->
                random.nextInt(6) == 0
                        ? (state, context) -> Clusters.remove(state, name)
                        : (state, context) -> Balancing.balanceMasters(state, context, name);
            case 7 -> (state, context) -> Clusters.addNodes(state, context, name, nodes);
            case 8 -> (state, context) -> Clusters.growTo(state, context, name, nodes);
            case 9 -> (state, context) -> Clusters.deleteFreeNodes(state, name);
            case 10, 11 -> (state, context) -> Expansion.expand(state, context, name);
            case 12 -> (state, context) -> Shrinking.shrink(state, context, name, nodes);
            case 13 -> (state, context) -> AutoScaling.begin(state, context, name, nodes);
            case 14 -> (state, context) -> Failover.failOver(state, context, proxy, random.nextInt(8) == 0);
            case 15 -> (state, context) -> FailureReports.report(state, context, proxy, "c" + random.nextInt(3));
            case 16 ->
                (state, context) -> Clusters.configure(
                        state,
                        context,
                        name,
                        marks && random.nextBoolean()
                                ? Map.of("copies", "" + (2 + random.nextInt(3)))
                                : Map.of("migration_scan_count", "" + (1 + random.nextInt(3))));
            case 17 -> (state, context) -> reshardAny(state, context, name, random);
            case 18 -> (state, context) -> rebalanceAny(state, context, name, random);
            case 19 -> (state, context) -> abortAny(state, context, name, random);
            case 20 -> (state, context) -> Aborts.withdrawWaiting(state, context, name, Aborts.Selection.ALL);
            case 21 -> (state, context) -> HostDrains.request(state, context, "host" + n % HOSTS);
            case 22 -> (state, context) -> HostDrains.cancel(state, "host" + n % HOSTS);
            case 23 ->
                (state, context) -> HostDrains.advance(state, context, busy -> false, emptied -> random.nextBoolean());
            case 24 -> (state, context) -> Spares.level(state, context);
            default -> (state, context) -> commitAny(state, context, name, random);
        };
    }

    private static Outcome<Outcome.Done> commitAny(
            Metadata state, PlanContext context, ClusterName name, SplittableRandom random) {
        List<MigratingSlots> tasks = Preconditions.requireCluster(state, name).tasks();
        if (tasks.isEmpty()) {
            return Outcome.done(state);
        }
        MigratingSlots task = tasks.get(random.nextInt(tasks.size()));
        MigrationTask report =
                ClusterView.of(Preconditions.requireCluster(state, name)).task(task);
        assertThat(task.waiting() && !isRefused(() -> Commits.commit(state, context, report)))
                .as("what has not started cannot be committed")
                .isFalse();
        return Commits.commit(state, context, report);
    }

    private static boolean isRefused(Runnable plan) {
        try {
            plan.run();
            return false;
        } catch (UndermoonException e) {
            return true;
        }
    }

    private static Outcome<?> reshardAny(
            Metadata state, PlanContext context, ClusterName name, SplittableRandom random) {
        String source = anyNode(state, name, random);
        String destination = anyNode(state, name, random);
        int start = random.nextInt(Slot.COUNT);
        boolean byRange = random.nextBoolean();
        return Resharding.reshard(
                state,
                context,
                name,
                new Resharding.Request(
                        random.nextBoolean() ? List.of() : List.of(source),
                        destination,
                        byRange ? null : 1 + random.nextInt(3000),
                        byRange ? SlotRanges.of(start, Math.min(Slot.COUNT - 1, start + random.nextInt(200))) : null));
    }

    private static Outcome<?> rebalanceAny(
            Metadata state, PlanContext context, ClusterName name, SplittableRandom random) {
        Map<String, Double> weights = Map.of(anyNode(state, name, random), random.nextInt(4) / 2.0);
        return Rebalancing.rebalance(
                state,
                context,
                name,
                new Rebalancing.Request(random.nextBoolean() ? weights : Map.of(), random.nextInt(5)));
    }

    /** A task that is taken back leaves its slots with the source, whatever else happens. */
    private static Outcome<?> abortAny(Metadata state, PlanContext context, ClusterName name, SplittableRandom random) {
        List<MigratingSlots> tasks = Preconditions.requireCluster(state, name).tasks();
        if (tasks.isEmpty()) {
            return Outcome.done(state);
        }
        MigratingSlots task = tasks.get(random.nextInt(tasks.size()));
        Outcome<List<MigratingSlots>> outcome = Aborts.withdraw(state, context, name, List.of(task));
        ChunkPart source = task.meta().source();
        SlotRanges stable = Preconditions.requireCluster(outcome.state(), name)
                .chunks()
                .get(source.chunk())
                .stable(source.part());
        assertThat(stable.union(task.rangeList())).isEqualTo(stable);
        assertThat(outcome.result()).containsExactly(task);
        return outcome;
    }

    private static String anyNode(Metadata state, ClusterName name, SplittableRandom random) {
        List<Node> nodes = ClusterView.of(Preconditions.requireCluster(state, name))
                .cluster()
                .nodes();
        return nodes.get(random.nextInt(nodes.size())).address().value();
    }

    /** Within the limit, one per source, and what runs goes on until it is committed or taken back. */
    private static void checkTasks(Metadata before, Metadata after, PlanContext context, String where) {
        after.clusters().forEach((name, cluster) -> {
            List<MigratingSlots> running = cluster.runningTasks();
            assertThat(running.stream().map(task -> task.meta().source()))
                    .as(where)
                    .doesNotHaveDuplicates();
            if (context.migrationLimit() > 0) {
                assertThat(running).as(where).hasSizeLessThanOrEqualTo(context.migrationLimit());
            }
            assertThat(cluster.tasks().isEmpty() || !running.isEmpty())
                    .as(where + ": something runs while there is something to do")
                    .isTrue();
            StoredCluster old = before.clusters().get(name);
            if (old != null && old.chunks().size() == cluster.chunks().size()) {
                cluster.tasks().stream()
                        .filter(MigratingSlots::waiting)
                        .forEach(task -> assertThat(old.runningTasks())
                                .as(where + ": what has started does not wait again")
                                .noneMatch(was -> was.rangeList().equals(task.rangeList())
                                        && was.meta().equals(task.meta())));
            }
        });
    }

    private static void checkEpochs(Metadata before, Metadata after, String where) {
        assertThat(after.globalEpoch()).as(where).isGreaterThanOrEqualTo(before.globalEpoch());
        if (after.globalEpoch().equals(before.globalEpoch())) {
            assertThat(after.clusters())
                    .as(where + ": no change without an epoch")
                    .isEqualTo(before.clusters());
        }
        after.clusters().forEach((name, cluster) -> {
            StoredCluster old = before.clusters().get(name);
            if (old != null && !old.equals(cluster)) {
                assertThat(cluster.epoch())
                        .as(where + ": epoch of a changed cluster")
                        .isGreaterThan(old.epoch());
            }
        });
    }

    /** Also those with a replaced half: the two halves never share a host. */
    private static void checkNewChunks(Metadata before, Metadata after, String where) {
        after.allChunks()
                .filter(chunk ->
                        before.allChunks().noneMatch(old -> old.proxyAddresses().equals(chunk.proxyAddresses())))
                .forEach(chunk -> assertThat(chunk.hosts()).as(where).doesNotHaveDuplicates());
    }

    /** A spare that is new can take the place of either half. */
    private static void checkSpares(Metadata before, Metadata after, String where) {
        after.clusters().values().forEach(cluster -> {
            assertThat(cluster.id() != null || !cluster.hasSpares())
                    .as(where + ": no spares without marks")
                    .isTrue();
            cluster.chunks()
                    .forEach(chunk -> chunk.spares().stream()
                            .filter(spare -> before.allChunks()
                                    .noneMatch(old -> old.spares().contains(spare)))
                            .forEach(
                                    spare -> assertThat(chunk.hosts()).as(where).doesNotContain(spare.host())));
        });
    }

    private static void checkSlots(Metadata state, String where) {
        for (StoredCluster cluster : state.clusters().values()) {
            List<SlotRanges> owned = new ArrayList<>();
            for (int shard = 0; shard < cluster.shardNumber(); shard++) {
                ChunkPart part = ChunkPart.ofShard(shard);
                StoredChunk chunk = cluster.chunks().get(part.chunk());
                owned.add(chunk.stable(part.part()));
                chunk.migratingSlots().get(part.part()).stream()
                        .filter(MigratingSlots::isMigrating)
                        .forEach(task -> owned.add(task.rangeList()));
            }
            requireAllOnce(owned, where + " stored " + cluster.name());
            requireAllOnce(
                    ClusterView.of(cluster).cluster().nodes().stream()
                            .flatMap(node -> node.slots().stream())
                            .filter(slots -> !slots.isImporting())
                            .map(TaggedSlots::rangeList)
                            .toList(),
                    where + " shown " + cluster.name());
        }
    }

    private static void requireAllOnce(List<SlotRanges> owned, String where) {
        assertThat(owned.stream().mapToInt(SlotRanges::size).sum()).as(where).isEqualTo(Slot.COUNT);
        assertThat(owned.stream().reduce(SlotRanges.NONE, SlotRanges::union))
                .as(where)
                .isEqualTo(SlotRanges.ALL);
    }
}
