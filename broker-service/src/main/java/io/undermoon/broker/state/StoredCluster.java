package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as it is stored.
 *
 * @param chunks in order; their indices identify them in migration tasks
 * @param id marks the nodes of the cluster, and no other cluster ever has it. Absent, and not written, unless all
 *     proxies of the cluster mark their nodes
 */
@Schema(name = "ClusterStore")
public record StoredCluster(
        Epoch epoch,
        ClusterName name,
        List<StoredChunk> chunks,
        ClusterConfig config,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String id) {
    public StoredCluster {
        requireNonNull(epoch, "epoch");
        requireNonNull(name, "name");
        requireNonNull(chunks, "chunks");
        requireNonNull(config, "config");
        chunks = List.copyOf(chunks);
    }

    public int nodeNumber() {
        return chunks.size() * StoredChunk.NODES;
    }

    public int shardNumber() {
        return chunks.size() * StoredChunk.PARTS;
    }

    public boolean runsMigrations() {
        return chunks.stream().anyMatch(StoredChunk::takesPartInMigration);
    }

    public boolean lacksStableSlots() {
        return chunks.stream().anyMatch(StoredChunk::lacksStableSlots);
    }

    /** All proxies of all chunks, their spares included. */
    public Stream<ProxyAddress> proxies() {
        return chunks.stream().flatMap(StoredChunk::proxies);
    }

    /** Every migration task once, as its source stores it, in chunk, part and stored order. */
    public List<MigratingSlots> tasks() {
        List<MigratingSlots> tasks = new ArrayList<>();
        for (StoredChunk chunk : chunks) {
            for (List<MigratingSlots> ofPart : chunk.migratingSlots()) {
                ofPart.stream().filter(MigratingSlots::isMigrating).forEach(tasks::add);
            }
        }
        return tasks;
    }

    /** The tasks that have started, as their sources store them. */
    public List<MigratingSlots> runningTasks() {
        return tasks().stream().filter(task -> !task.waiting()).toList();
    }

    /** The proxies that have masters or can have some. */
    public Stream<ProxyAddress> halves() {
        return chunks.stream().flatMap(chunk -> chunk.proxyAddresses().stream());
    }

    public boolean hasSpares() {
        return chunks.stream().anyMatch(chunk -> !chunk.spares().isEmpty());
    }

    /** The index of the chunk that has the proxy as a half or spare, or -1. */
    public int chunkOf(ProxyAddress proxy) {
        for (int i = 0; i < chunks.size(); i++) {
            if (chunks.get(i).has(proxy)) {
                return i;
            }
        }
        return -1;
    }

    public StoredCluster withEpoch(Epoch newEpoch) {
        return new StoredCluster(newEpoch, name, chunks, config, id);
    }

    public StoredCluster withChunks(List<StoredChunk> newChunks) {
        return new StoredCluster(epoch, name, newChunks, config, id);
    }

    public StoredCluster withChunk(int index, StoredChunk chunk) {
        List<StoredChunk> newChunks = new ArrayList<>(chunks);
        newChunks.set(index, chunk);
        return withChunks(newChunks);
    }

    public StoredCluster withConfig(ClusterConfig newConfig) {
        return new StoredCluster(epoch, name, chunks, newConfig, id);
    }

    /** This cluster without marks in its nodes. */
    public StoredCluster unmarked() {
        return new StoredCluster(epoch, name, chunks, config, null);
    }

    /** Whether every replica is known to have the data of its master. */
    public boolean isSynced() {
        return chunks.stream().allMatch(chunk -> chunk.isSynced(0) && chunk.isSynced(1));
    }
}
