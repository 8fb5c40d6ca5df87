package io.undermoon.proxy.route;

import io.undermoon.metadata.HostPort;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registry of {@link Endpoint}s, always the same object for the same use. Thread-safe. An endpoint that nothing
 * refers to any more is forgotten and its id is given to another one, so the registry is as large as the cluster, not
 * as its history.
 */
public final class Endpoints {
    private record Key(HostPort address, Endpoint.Kind kind, int hopsLeft, boolean moving) {}

    private static final class Entry extends WeakReference<Endpoint> {
        private final Key key;
        private final int id;

        Entry(Key key, Endpoint endpoint, ReferenceQueue<Endpoint> collected) {
            super(endpoint, collected);
            this.key = key;
            this.id = endpoint.id();
        }
    }

    private final Map<Key, Entry> entries = new HashMap<>();
    private final BitSet usedIds = new BitSet();
    private final ReferenceQueue<Endpoint> collected = new ReferenceQueue<>();

    /** The endpoint of a Redis node, always the same object. */
    public Endpoint redis(String address) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.REDIS, 0, false));
    }

    /** The endpoint of a peer proxy for commands with a number of hops left, always the same object. */
    public Endpoint peer(String address, int hopsLeft) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.PEER, hopsLeft, false));
    }

    /** The endpoint of a peer proxy for commands about slots that move, always the same object. */
    public Endpoint peerForMoving(String address, int hopsLeft) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.PEER, hopsLeft, true));
    }

    private synchronized Endpoint of(Key wanted) {
        forgetCollected();
        Entry entry = entries.get(wanted);
        @Nullable Endpoint known = entry == null ? null : entry.get();
        if (known != null) {
            return known;
        }
        Endpoint settled = wanted.moving ? of(new Key(wanted.address, wanted.kind, wanted.hopsLeft, false)) : null;
        int id = usedIds.nextClearBit(0);
        usedIds.set(id);
        Endpoint made = new Endpoint(id, wanted.address, wanted.kind, wanted.hopsLeft, settled);
        entries.put(wanted, new Entry(wanted, made, collected));
        return made;
    }

    private void forgetCollected() {
        for (Object next = collected.poll(); next != null; next = collected.poll()) {
            Entry entry = (Entry) next;
            entries.remove(entry.key, entry);
            usedIds.clear(entry.id);
        }
    }
}
