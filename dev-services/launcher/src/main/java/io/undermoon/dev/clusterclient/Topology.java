package io.undermoon.dev.clusterclient;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** The slot map that the clients of one cluster share. Thread-safe. */
public final class Topology {
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(200);
    private static final Command CLUSTER_SLOTS = Command.of("CLUSTER", "SLOTS");

    private final ClientSettings settings;
    private volatile SlotMap map;
    private volatile long refreshedNanos;
    private final AtomicBoolean refreshing = new AtomicBoolean();

    private Topology(ClientSettings settings, SlotMap map) {
        this.settings = settings;
        this.map = map;
        this.refreshedNanos = System.nanoTime();
    }

    /** @throws LaunchException if no seed answers */
    public static Topology discover(ClientSettings settings) {
        StringBuilder reasons = new StringBuilder();
        for (HostPort seed : settings.seeds()) {
            try {
                return new Topology(settings, ask(seed, settings));
            } catch (IOException e) {
                reasons.append("; ").append(seed).append(": ").append(e.getMessage());
            }
        }
        throw new LaunchException("no seed says what the cluster looks like" + reasons);
    }

    Optional<HostPort> master(int slot) {
        return map.shard(slot).map(SlotMap.Shard::master);
    }

    /** The replica of the slot with this index, which counts from 0. */
    Optional<HostPort> replica(int slot, int index) {
        return map.shard(slot)
                .map(SlotMap.Shard::replicas)
                .filter(all -> index < all.size())
                .map(all -> all.get(index));
    }

    /** The highest number of replicas that a master has. */
    public int replicas() {
        return map.replicas();
    }

    public Set<HostPort> masters() {
        return map.masters();
    }

    /** Learns from a redirection. */
    synchronized void moved(int slot, HostPort master) {
        map = map.with(slot, master);
    }

    /** Asks for the nodes again, unless that is being done or was done a moment ago. */
    void refreshSoon() {
        boolean due = System.nanoTime() - refreshedNanos > LEAST_INTERVAL.toNanos();
        if (due && refreshing.compareAndSet(false, true)) {
            try {
                refresh();
            } finally {
                refreshing.set(false);
            }
        }
    }

    /** Asks for the nodes again; changes nothing when no node answers. */
    public void refresh() {
        Set<HostPort> known = new LinkedHashSet<>(map.masters());
        known.addAll(settings.seeds());
        for (HostPort node : known) {
            try {
                SlotMap told = ask(node, settings);
                synchronized (this) {
                    map = told;
                }
                break;
            } catch (IOException e) {
                // The next node is asked.
            }
        }
        refreshedNanos = System.nanoTime();
    }

    private static SlotMap ask(HostPort node, ClientSettings settings) throws IOException {
        try (NodeConnection connection = NodeConnection.open(node, settings, false)) {
            RespValue reply = connection.exchange(List.of(CLUSTER_SLOTS)).get(0);
            if (reply instanceof Failure failure) {
                if (failure.text().contains("cluster support disabled")) {
                    return SlotMap.of(node);
                }
                throw new IOException(failure.text());
            }
            SlotMap map = SlotMap.parse(reply, node);
            if (map.masters().isEmpty()) {
                throw new IOException("it knows of no slots");
            }
            return map;
        } catch (UnexpectedReplyException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
