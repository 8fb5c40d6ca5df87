package io.undermoon.proxy.migration;

import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.umctl.Handshake;
import io.undermoon.umctl.MigrationProgress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The migrations from and to the nodes behind this proxy. Starts and stops tasks as the metadata changes, and answers
 * the messages of coordinators and other proxies about them. Every method may be called from any thread.
 */
public final class Migrations implements AutoCloseable {
    private static final String OK = "OK";

    private final MigrationContext context;
    private final SlotCleanup cleanup;
    private final Map<TaggedSlots, ExportTask> exports = new LinkedHashMap<>();
    private final Map<TaggedSlots, ImportTask> imports = new LinkedHashMap<>();
    private final EndedMigrations ended = new EndedMigrations();

    /** Copies of the maps' values for readers on other threads. */
    private volatile List<ExportTask> knownExports = List.of();

    private volatile List<ImportTask> knownImports = List.of();
    private boolean closed;

    /**
     * @param connections of the migration event loop, which serves no clients
     * @param clientConnections of the loops that serve clients
     */
    public Migrations(
            NodeConnections connections,
            List<NodeConnections> clientConnections,
            TopologyStore topology,
            Endpoints endpoints,
            CommandCatalog commands,
            MigrationSettings settings) {
        NodeClient nodes = new NodeClient(connections);
        this.context = new MigrationContext(
                connections,
                clientConnections,
                topology,
                endpoints,
                commands,
                nodes,
                new MigrationRecords(nodes),
                settings);
        this.cleanup = new SlotCleanup(context);
    }

    /** Starts following the metadata. To be called before any metadata is applied. */
    public void start() {
        context.topology().resolvesOwnership();
        context.topology().onChange(now -> context.loop().execute(this::applyTopology));
        context.loop().execute(cleanup::start);
    }

    /** Stops all tasks; the records stay, so that the next process resumes the migrations. */
    @Override
    public void close() {
        context.loop().execute(() -> {
            closed = true;
            cleanup.stop();
            exports.values().forEach(ExportTask::stop);
            imports.values().forEach(ImportTask::stop);
        });
    }

    /** The migrations that are switched and wait for the commit. */
    public List<MigrationTask> finished() {
        List<MigrationTask> finished = new ArrayList<>();
        knownExports.stream().filter(ExportTask::isSwitched).forEach(task -> finished.add(task.task()));
        knownImports.stream().filter(ImportTask::isOwned).forEach(task -> finished.add(task.task()));
        return finished;
    }

    /** The progress of all migrations. */
    public List<MigrationProgress> progress() {
        List<MigrationProgress> progress = new ArrayList<>();
        knownExports.forEach(task -> progress.add(task.progress()));
        knownImports.forEach(task -> progress.add(task.progress()));
        return progress;
    }

    /** The last reports of the newest migrations from this proxy that have ended, the newest first. */
    public List<MigrationProgress> ended() {
        return ended.newestFirst();
    }

    /**
     * Handles a message about a migration from or to a node behind this proxy, or one between peers that is switched.
     *
     * @return completes with {@code OK}, for {@code PRECHECK} followed by the run of the destination node, or an error
     */
    public CompletionStage<String> answer(Handshake message) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Supplier<CompletionStage<String>> question = switch (message.step()) {
            case PRECHECK -> () -> precheck(message);
            case PRESWITCH -> () -> CompletableFuture.completedFuture(preswitch(message));
            case FINALSWITCH -> () -> finalSwitch(message);
            case SWITCHED -> () -> CompletableFuture.completedFuture(switched(message));
            case ABORTMIGRATION -> () -> abort(message);
        };
        context.loop()
                .execute(() -> question.get().whenComplete((text, problem) -> {
                    if (problem == null) {
                        answer.complete(text);
                    } else {
                        answer.complete("NOT_READY_FOR_SWITCHING " + NodeException.reason(problem));
                    }
                }));
        return answer;
    }

    /** Names the run of the node that may be copied to: the node is asked on a connection to a run that may serve. */
    private CompletionStage<String> precheck(Handshake message) {
        ImportTask task = importOf(message);
        if (task == null) {
            return CompletableFuture.completedFuture(notFound(message));
        }
        if (cleanup.isRemoving(task.node())) {
            return CompletableFuture.completedFuture("NOT_READY_FOR_SWITCHING keys are being removed");
        }
        return context.nodes().info(task.node(), "server").thenApply(info -> (OK + " " + info.runId()).strip());
    }

    private String preswitch(Handshake message) {
        ImportTask task = importOf(message);
        if (task == null) {
            return notFound(message);
        }
        return task.isOwned() ? OK : "NOT_READY_FOR_SWITCHING slots are copied before they are switched";
    }

    private CompletionStage<String> finalSwitch(Handshake message) {
        ImportTask task = importOf(message);
        if (task == null) {
            return CompletableFuture.completedFuture(notFound(message));
        }
        return task.finalSwitch()
                .thenApply(owned ->
                        owned ? OK : "NOT_READY_FOR_SWITCHING the node does not have on record that it owns the slots");
    }

    private String switched(Handshake message) {
        return context.topology().switched(message.task()) ? OK : notFound(message);
    }

    private CompletionStage<String> abort(Handshake message) {
        ExportTask task = exports.get(message.task().slotRange());
        return task == null || !task.task().equals(message.task())
                ? CompletableFuture.completedFuture("TASK_NOT_FOUND no such migration from a node behind this proxy")
                : task.abort();
    }

    private @Nullable ImportTask importOf(Handshake message) {
        TaggedSlots slots = message.task().slotRange();
        if (!(slots.tag() instanceof SlotState.Migrating migrating)) {
            return null;
        }
        ImportTask task = imports.get(new TaggedSlots(slots.rangeList(), new SlotState.Importing(migrating.meta())));
        return task != null && task.task().clusterName().equals(message.task().clusterName()) ? task : null;
    }

    private String notFound(Handshake message) {
        boolean later = message.task().slotRange().tag() instanceof SlotState.Migrating migrating
                && migrating.meta().epoch().isAfter(context.topology().current().epoch());
        return later ? "NOT_READY_FOR_SWITCHING" : "TASK_NOT_FOUND";
    }

    /** Starts tasks for new migrations of the metadata and stops those of migrations that it no longer contains. */
    private void applyTopology() {
        if (closed) {
            return;
        }
        Topology now = context.topology().current();
        Set<TaggedSlots> present = now.ownership().keySet();
        stopAbsent(present);
        MigrationConfig config = now.cluster().config().migrationConfig();
        MigrationConfig used = config == null ? MigrationConfig.DEFAULT : config;
        now.ownership().forEach((tag, ownership) -> startTask(now, tag, ownership, used));
        knownExports = List.copyOf(exports.values());
        knownImports = List.copyOf(imports.values());
        context.connections().retain(endpoints());
    }

    private void stopAbsent(Set<TaggedSlots> present) {
        for (TaggedSlots tag : Set.copyOf(exports.keySet())) {
            ExportTask task = present.contains(tag) ? null : exports.remove(tag);
            if (task != null) {
                ended.add(task.progress());
                task.stop();
            }
        }
        for (TaggedSlots tag : Set.copyOf(imports.keySet())) {
            ImportTask task = present.contains(tag) ? null : imports.remove(tag);
            if (task != null) {
                task.stop();
            }
        }
    }

    private void startTask(Topology now, TaggedSlots tag, SlotOwnership ownership, MigrationConfig config) {
        if (now.clusterName() == null) {
            return;
        }
        if (tag.tag() instanceof SlotState.Migrating migrating
                && !exports.containsKey(tag)
                && !now.unproven().contains(migrating.meta().srcNodeAddress())) {
            ExportTask task = new ExportTask(context, now.clusterName(), tag, migrating.meta(), config, ownership);
            exports.put(tag, task);
            task.start();
        } else if (tag.tag() instanceof SlotState.Importing importing
                && !imports.containsKey(tag)
                && !now.unproven().contains(importing.meta().dstNodeAddress())) {
            ImportTask task = new ImportTask(context, now.clusterName(), tag, importing.meta(), config, ownership);
            imports.put(tag, task);
            task.start();
        }
    }

    private Set<Endpoint> endpoints() {
        Set<Endpoint> endpoints = new HashSet<>(cleanup.masters());
        exports.values().forEach(task -> endpoints.addAll(task.endpoints()));
        imports.values().forEach(task -> endpoints.addAll(task.endpoints()));
        return endpoints;
    }
}
