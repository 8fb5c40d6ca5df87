package io.undermoon.broker.storage.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataIndex;
import io.undermoon.broker.storage.MetadataParts;
import io.undermoon.broker.storage.MetadataParts.Part;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.RemoteCallException;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.fault.UndermoonException;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A storage in etcd that any number of brokers share: one compressed value for each part of the metadata and an index
 * that names them, below one prefix. A write changes the parts that differ and the index in one transaction, which is
 * guarded by the index: by its revision, and by its content, which no two writes make the same. So a write whose reply
 * was lost can be sent again until it is clear what became of it.
 */
public final class EtcdStorage implements MetadataStorage {
    private static final String FIRST_VERSION = "0";

    private final EtcdOptions options;
    private final EtcdRequests requests;
    private final EtcdClient client;
    private final Known nothing;
    /** The identity of this broker among the writers. */
    private final String writer;

    private long writes;
    private volatile Known known;
    private @Nullable EtcdWatch watch;

    /**
     * The value that this broker has read or written last.
     *
     * @param rawIndex the bytes of the index; empty if there is none
     * @param revision of the index; 0 if there is none
     */
    private record Known(Versioned value, MetadataIndex index, byte[] rawIndex, long revision, MetadataParts parts) {
        String version() {
            return value.version();
        }
    }

    /**
     * @param initial the value while etcd has none
     * @param tls absent for plain HTTP
     */
    public EtcdStorage(EtcdOptions options, Metadata initial, @Nullable TlsContext tls) {
        this.options = options;
        this.requests = new EtcdRequests(options.prefix());
        this.client = new EtcdClient(options, tls);
        this.nothing = new Known(
                new Versioned(initial, FIRST_VERSION), MetadataIndex.NONE, new byte[0], 0, MetadataParts.NONE);
        this.known = nothing;
        this.writer = MetadataIndex.newWriter();
    }

    @Override
    public synchronized Versioned load() {
        try {
            JsonNode reply = client.call("/v3/kv/txn", requests.read(known.revision()));
            List<EtcdRequests.Entry> index = EtcdRequests.entries(reply, 0);
            List<EtcdRequests.Entry> written = EtcdRequests.entries(reply, 1);
            checkWatch();
            if (index.isEmpty()) {
                return nothingStored(written);
            }
            if (!Arrays.equals(index.get(0).value(), known.rawIndex())
                    || index.get(0).revision() != known.revision()) {
                known = read(index.get(0), written);
            }
            return known.value();
        } catch (RemoteCallException e) {
            throw new StorageException(e.kindOfRead(), options + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized WriteResult compareAndSet(String expectedVersion, Metadata next) {
        Known base = known;
        if (!base.version().equals(expectedVersion)) {
            return new WriteResult.Conflict();
        }
        MetadataParts parts = MetadataParts.of(next, base.parts());
        MetadataIndex index = base.index().next(parts.head(), parts.hashes(), writer, ++writes);
        byte[] rawIndex = index.bytes();
        Map<String, @Nullable Part> changes = parts.changesSince(base.parts());
        try {
            JsonNode reply =
                    client.call("/v3/kv/txn", requests.write(base.rawIndex(), base.revision(), rawIndex, changes));
            if (reply.path("succeeded").asBoolean()) {
                return stored(
                        next,
                        index,
                        rawIndex,
                        reply.path("header").path("revision").asLong(),
                        parts);
            }
            // The first attempt may have been executed without an answer. Then the guard holds for no other attempt.
            List<EtcdRequests.Entry> present = EtcdRequests.entries(reply, 0);
            if (present.isEmpty() || !MetadataIndex.read(present.get(0).value()).lastWriteIs(writer, writes)) {
                return new WriteResult.Conflict();
            }
            if (Arrays.equals(present.get(0).value(), rawIndex)) {
                return stored(next, index, rawIndex, present.get(0).revision(), parts);
            }
            return new WriteResult.Stored("overwritten since " + version(base.revision(), index));
        } catch (RemoteCallException e) {
            throw new StorageException(e.kindOfWrite(), options + " cannot be written: " + e.getMessage(), e);
        } catch (IOException e) {
            throw damaged(requests.indexKey(), e);
        }
    }

    /** Starts a thread, which ends with {@link #close}. This broker's own writes are usually not told of. */
    @Override
    public synchronized void watch(Runnable listener) {
        EtcdWatch follower = new EtcdWatch(client, requests.watchIndex(), heard -> {
            if (heard > known.revision()) {
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
    }

    private WriteResult stored(
            Metadata state, MetadataIndex index, byte[] rawIndex, long revision, MetadataParts parts) {
        Versioned value = new Versioned(state, version(revision, index));
        known = new Known(value, index, rawIndex, revision, parts);
        return new WriteResult.Stored(value.version());
    }

    private Versioned nothingStored(List<EtcdRequests.Entry> written) {
        if (known.revision() > 0 || !written.isEmpty()) {
            throw new StorageException(requests.indexKey() + " is missing in " + options
                    + ": restore etcd from a copy, or delete everything below " + options.prefix()
                    + " and restart the brokers to start empty");
        }
        return nothing.value();
    }

    /** What was read is newer than what is known, so only the parts that were written since came with it. */
    private Known read(EtcdRequests.Entry entry, List<EtcdRequests.Entry> written) throws RemoteCallException {
        MetadataIndex index = indexOf(entry);
        MetadataParts parts = assemble(index, written);
        if (parts == null) {
            // After etcd was restored from a copy, parts are older than the revision that was asked for.
            JsonNode reply = client.call("/v3/kv/txn", requests.read(0));
            List<EtcdRequests.Entry> everything = EtcdRequests.entries(reply, 1);
            List<EtcdRequests.Entry> indexThen = EtcdRequests.entries(reply, 0);
            return indexThen.isEmpty() ? known : whole(indexThen.get(0), everything);
        }
        return known(entry, index, parts);
    }

    private Known whole(EtcdRequests.Entry entry, List<EtcdRequests.Entry> everything) {
        MetadataIndex index = indexOf(entry);
        MetadataParts parts = assemble(index, everything);
        if (parts == null) {
            throw new StorageException("a part of the metadata in " + options + " is missing or is not the one that "
                    + requests.indexKey() + " names: restore etcd from a copy");
        }
        return known(entry, index, parts);
    }

    private Known known(EtcdRequests.Entry entry, MetadataIndex index, MetadataParts parts) {
        try {
            Versioned value = new Versioned(parts.state(), version(entry.revision(), index));
            return new Known(value, index, entry.value(), entry.revision(), parts);
        } catch (UndermoonException e) {
            throw new StorageException("the metadata in " + options + " is not usable: " + e.getMessage(), e);
        }
    }

    /** Absent if a part is missing. */
    private @Nullable MetadataParts assemble(MetadataIndex index, List<EtcdRequests.Entry> written) {
        Map<String, Part> found = new TreeMap<>(known.parts().parts());
        for (EtcdRequests.Entry entry : written) {
            String name = requests.partOf(entry.key());
            if (name != null) {
                found.put(name, partOf(name, entry));
            }
        }
        return index.assemble(found);
    }

    private MetadataIndex indexOf(EtcdRequests.Entry entry) {
        try {
            return MetadataIndex.read(entry.value());
        } catch (IOException e) {
            throw damaged(entry.key(), e);
        }
    }

    private Part partOf(String name, EtcdRequests.Entry entry) {
        try {
            return Part.read(name, entry.value());
        } catch (IOException e) {
            throw damaged(entry.key(), e);
        }
    }

    private StorageException damaged(String key, IOException cause) {
        return new StorageException(
                "the value of " + key + " in " + options + " is not usable: " + cause.getMessage()
                        + ". It was left untouched: restore etcd from a copy",
                cause);
    }

    /** Finds out whether the watch is at a dead endpoint, or dead itself. */
    private void checkWatch() {
        if (watch != null) {
            watch.moveTo(client.endpoint());
            watch.compare(known.revision());
        }
    }

    /** The numbers of the writers tell apart what has the same revision before and after etcd was restored. */
    private static String version(long revision, MetadataIndex index) {
        return revision + " " + index.writers();
    }

    @Override
    public String toString() {
        return options.toString();
    }
}
