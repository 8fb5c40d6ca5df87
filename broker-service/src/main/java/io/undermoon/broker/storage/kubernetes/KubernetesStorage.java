package io.undermoon.broker.storage.kubernetes;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataIndex;
import io.undermoon.broker.storage.MetadataParts;
import io.undermoon.broker.storage.MetadataParts.Part;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.RemoteCallException;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.kubernetes.ConfigMaps.StoredIndex;
import io.undermoon.fault.UndermoonException;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A storage in ConfigMaps of Kubernetes that any number of brokers share: one immutable piece for each part of the
 * metadata, and an index that names the pieces.
 *
 * <p>A write creates pieces under names that no other write uses, and then replaces the index, guarded by its
 * resourceVersion. Only the second step changes the value. A reader whose index names a piece that is gone reads the
 * index again: it has been replaced.
 *
 * <p>From time to time a write also deletes what is left of former ones. It lists the pieces before it replaces the
 * index, and deletes those of the list that the index does not name afterwards. A broker that has created one of them
 * and not yet named it read the index before that, so its own replacement is refused.
 */
public final class KubernetesStorage implements MetadataStorage {
    private static final Logger LOG = Logger.getLogger(KubernetesStorage.class);

    /** A write of a broker deletes what is left of the former ones each time after so many. */
    static final int WRITES_PER_COLLECTION = 32;

    /** How often a value is read again because it was replaced meanwhile. */
    private static final int MAX_READS = 50;

    private final KubernetesOptions options;
    private final KubernetesClient client;
    private final ConfigMaps objects;
    private final ParallelCalls calls;
    /** The identity of this broker among the writers. */
    private final String writer = MetadataIndex.newWriter();

    private final MetadataIndex firstIndex;

    private long writes;
    private int writesUntilCollection;
    private volatile @Nullable Known known;
    private @Nullable KubernetesWatch watch;

    /** The value that this broker has read or written last. */
    private record Known(Versioned value, StoredIndex stored, MetadataIndex index, MetadataParts parts) {
        boolean isOf(StoredIndex other) {
            return stored.uid().equals(other.uid())
                    && stored.resourceVersion().equals(other.resourceVersion())
                    && Arrays.equals(stored.value(), other.value());
        }

        String resourceVersion() {
            return stored.resourceVersion();
        }
    }

    /**
     * @param initial the value while there is none; without proxies and clusters
     * @param tls absent for plain HTTP
     */
    public KubernetesStorage(KubernetesOptions options, Metadata initial, @Nullable TlsContext tls) {
        this.options = options;
        MetadataParts first = MetadataParts.of(initial, MetadataParts.NONE);
        if (!first.parts().isEmpty()) {
            throw new IllegalArgumentException(
                    "the first value has " + first.parts().keySet());
        }
        this.firstIndex = MetadataIndex.NONE.next(first.head(), first.hashes(), writer, 0);
        this.client = new KubernetesClient(options, tls);
        this.objects = new ConfigMaps(client, options.namespace(), options.name());
        this.calls = new ParallelCalls();
    }

    @Override
    public synchronized Versioned load() {
        client.refreshTls();
        try {
            StoredIndex present = objects.index();
            Known value = read(present == null ? created() : present);
            known = value;
            if (watch != null) {
                watch.compare(value.resourceVersion());
            }
            return value.value();
        } catch (RemoteCallException e) {
            throw new StorageException(e.kindOfRead(), options + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized WriteResult compareAndSet(String expectedVersion, Metadata next) {
        Known base = known;
        if (base == null || !base.value().version().equals(expectedVersion)) {
            return new WriteResult.Conflict();
        }
        writes++;
        MetadataParts parts = MetadataParts.of(next, base.parts());
        SortedMap<String, String> references = references(parts, base);
        MetadataIndex index = base.index().next(parts.head(), references, writer, writes);
        Set<String> leftovers;
        try {
            leftovers = writesUntilCollection == 0 ? objects.pieces() : Set.of();
            createPieces(parts, references, base);
        } catch (RemoteCallException e) {
            throw notWritten(e.kindOfRead(), e);
        }
        try {
            return replaceIndex(base, next, parts, index, leftovers);
        } catch (RemoteCallException e) {
            throw notWritten(e.kindOfWrite(), e);
        }
    }

    /** Starts a thread, which ends with {@link #close}. This broker's own writes are usually not told of. */
    @Override
    public synchronized void watch(Runnable listener) {
        KubernetesWatch follower = new KubernetesWatch(objects, resourceVersion -> {
            Known present = known;
            if (present == null || !present.resourceVersion().equals(resourceVersion)) {
                listener.run();
            }
        });
        follower.start();
        watch = follower;
    }

    @Override
    public synchronized void close() {
        if (watch != null) {
            watch.close();
        }
        calls.close();
    }

    private WriteResult replaceIndex(
            Known base, Metadata next, MetadataParts parts, MetadataIndex index, Set<String> leftovers)
            throws RemoteCallException {
        byte[] bytes = index.bytes();
        KubernetesClient.Reply reply = objects.replaceIndex(base.stored(), bytes);
        StoredIndex present = reply.isSuccess() ? ConfigMaps.stored(reply) : null;
        if (present == null) {
            // The first attempt may have been executed without an answer. Then the guard holds for no other attempt.
            present = reply.isRepeated() ? indexAfterRepetition() : null;
            if (present == null || !indexOf(present).lastWriteIs(writer, writes)) {
                return new WriteResult.Conflict();
            }
            if (!Arrays.equals(present.value(), bytes)) {
                return new WriteResult.Stored("overwritten since " + version(base.stored(), index));
            }
        }
        Versioned value = new Versioned(next, version(present, index));
        known = new Known(value, present, index, parts);
        collect(leftovers, base.index(), index);
        return new WriteResult.Stored(value.version());
    }

    private StorageException notWritten(StorageException.Kind kind, RemoteCallException cause) {
        return new StorageException(kind, options + " cannot be written: " + cause.getMessage(), cause);
    }

    private @Nullable StoredIndex indexAfterRepetition() throws RemoteCallException {
        try {
            return objects.index();
        } catch (RemoteCallException e) {
            throw new RemoteCallException(String.valueOf(e.getMessage()), false, true, e);
        }
    }

    /** Deletes pieces that were there before the last write and are of no use since. Those of its base are kept. */
    private void collect(Set<String> leftovers, MetadataIndex base, MetadataIndex present) {
        writesUntilCollection = writesUntilCollection == 0 ? WRITES_PER_COLLECTION - 1 : writesUntilCollection - 1;
        Set<String> unused = new TreeSet<>(leftovers);
        unused.removeAll(base.parts().values());
        unused.removeAll(present.parts().values());
        if (!unused.isEmpty()) {
            calls.later(() -> delete(unused));
        }
    }

    private void delete(Set<String> references) {
        try {
            for (String reference : references) {
                objects.deletePiece(reference);
            }
            LOG.debugf("Pieces deleted: storage=%s number=%d", options, references.size());
        } catch (RemoteCallException e) {
            LOG.logf(
                    Thread.currentThread().isInterrupted() ? Logger.Level.DEBUG : Logger.Level.WARN,
                    "Pieces of former values not deleted, tried again later: storage=%s error=%s",
                    options,
                    e.getMessage());
        }
    }

    /** For parts that have not changed the pieces there are, for the others the names of new ones. */
    private SortedMap<String, String> references(MetadataParts parts, Known base) {
        SortedMap<String, String> references = new TreeMap<>();
        parts.hashes().forEach((name, hash) -> {
            Part before = base.parts().parts().get(name);
            references.put(
                    name,
                    before != null && before.hash().equals(hash)
                            ? base.index().parts().get(name)
                            : hash + "-" + writer + "-" + writes);
        });
        return references;
    }

    private void createPieces(MetadataParts parts, SortedMap<String, String> references, Known base)
            throws RemoteCallException {
        Map<String, Part> fresh = new TreeMap<>();
        parts.changesSince(base.parts()).forEach((name, part) -> {
            if (part != null) {
                fresh.put(references.get(name), part);
            }
        });
        calls.forEach(
                fresh.entrySet(),
                piece -> objects.createPiece(piece.getKey(), piece.getValue().bytes()));
    }

    /** Stores the first index, if there is nothing yet. It names no pieces, so that none are there without an index. */
    private StoredIndex created() throws RemoteCallException {
        if (known == null && objects.pieces().isEmpty()) {
            objects.createIndex(firstIndex.bytes());
        }
        // Another broker may have been faster.
        StoredIndex present = known == null ? objects.index() : null;
        if (present == null) {
            throw new StorageException("the ConfigMap " + options.name() + " is missing in " + options
                    + ": restore it, or stop the brokers, delete all ConfigMaps whose names begin with "
                    + options.name() + " and start empty");
        }
        return present;
    }

    /** The value of an index. Pieces that this broker has are not read again. */
    private Known read(StoredIndex present) throws RemoteCallException {
        Known before = known;
        if (before != null && before.isOf(present)) {
            return before;
        }
        ConcurrentMap<String, Part> found = new ConcurrentHashMap<>();
        if (before != null) {
            found.putAll(before.parts().parts());
        }
        StoredIndex stored = present;
        for (int reads = 0; reads < MAX_READS; reads++) {
            MetadataIndex index = indexOf(stored);
            calls.forEach(index.missing(found).entrySet(), named -> readPiece(named.getKey(), named.getValue(), found));
            MetadataParts parts = index.assemble(found);
            if (parts != null) {
                return known(stored, index, parts);
            }
            stored = newerThan(stored, index.missing(found));
        }
        throw new RemoteCallException(
                "it was replaced " + MAX_READS + " times while it was read", false, false, new IOException("replaced"));
    }

    private void readPiece(String name, String reference, Map<String, Part> found) throws RemoteCallException {
        byte[] bytes = objects.piece(reference);
        if (bytes != null) {
            try {
                found.put(name, Part.read(name, bytes));
            } catch (IOException e) {
                throw damaged(objects.pieceName(reference), e);
            }
        }
    }

    /** A piece is deleted after an index that does not name it was stored. */
    private StoredIndex newerThan(StoredIndex stored, Map<String, String> missing) throws RemoteCallException {
        StoredIndex present = objects.index();
        if (present == null || present.resourceVersion().equals(stored.resourceVersion())) {
            String piece = objects.pieceName(missing.values().iterator().next());
            throw new StorageException("the ConfigMap " + piece + " is missing in " + options
                    + ", or has not what its name says: restore it, or stop the brokers, delete all ConfigMaps whose"
                    + " names begin with " + options.name() + " and restore a backup");
        }
        return present;
    }

    private Known known(StoredIndex stored, MetadataIndex index, MetadataParts parts) {
        try {
            return new Known(new Versioned(parts.state(), version(stored, index)), stored, index, parts);
        } catch (UndermoonException e) {
            throw new StorageException("the metadata in " + options + " is not usable: " + e.getMessage(), e);
        }
    }

    private MetadataIndex indexOf(StoredIndex stored) {
        try {
            return MetadataIndex.read(stored.value());
        } catch (IOException e) {
            throw damaged(options.name(), e);
        }
    }

    private StorageException damaged(String object, IOException cause) {
        return new StorageException(
                "the ConfigMap " + object + " in " + options + " is not usable: " + cause
                        + ". It was left untouched: restore it, or stop the brokers, delete all ConfigMaps whose names"
                        + " begin with " + options.name() + " and restore a backup",
                cause);
    }

    /** The numbers of the writers tell apart what has the same resourceVersion before and after etcd was restored. */
    private static String version(StoredIndex stored, MetadataIndex index) {
        return stored.resourceVersion() + " " + index.writers();
    }

    @Override
    public String toString() {
        return options.toString();
    }
}
