package io.undermoon.proxy.session;

import io.undermoon.proxy.route.Endpoint;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nodes and peers that a client's last writes were sent to: {@code WAIT} asks them. Those of earlier writes that
 * {@code WAIT} has found replicated are forgotten with the next write. Owned by the session's loop.
 */
public final class WrittenNodes {
    private @Nullable Endpoint last;

    /** Made by the first write. Endpoints are always the same objects, so their identity is enough. */
    private @Nullable Set<Endpoint> all;

    private boolean replicated;

    /** A write is sent to a node or peer. */
    public void add(Endpoint endpoint) {
        if (endpoint != last) {
            last = endpoint;
            Set<Endpoint> known = all;
            if (known == null) {
                known = Collections.newSetFromMap(new IdentityHashMap<>(4));
                all = known;
            }
            if (replicated) {
                replicated = false;
                known.clear();
            }
            known.add(endpoint.base());
        }
    }

    /** The nodes and peers, each once. */
    public List<Endpoint> all() {
        Set<Endpoint> known = all;
        return known == null ? List.of() : List.copyOf(known);
    }

    /** What has been written until now is replicated as the client wanted. */
    public void replicated() {
        last = null;
        replicated = true;
    }
}
