package io.undermoon.proxy.migration.copy;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.MigrationConfig;
import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to copy the keys of slots, until the destination equals the source. Keys that the destination has of
 * these slots from before are deleted. Any failure ends the attempt; what it has copied is left over then. Owned by the
 * migration event loop.
 */
public final class CopyAttempt implements ChangeFeed.Listener, Copier.Listener {
    private static final Logger LOG = Logger.getLogger(CopyAttempt.class);

    /**
     * Keys per {@code SCAN} for one unit of the setting, whose default suits the original with a round trip for each
     * batch.
     */
    private static final int SCAN_FACTOR = 32;

    private static final int MAX_SCAN_COUNT = 1000;
    private static final long TIMEOUT_MILLIS = 30_000;
    private static final int EMPTY_FUNCTIONS_BYTES = 10;

    /** More than any serialized value has. */
    private static final String ANY_SIZE = Long.toString(1L << 40);

    /** Whether a replica of the destination has what was copied. */
    public enum ReplicaAnswer {
        ACKNOWLEDGED,
        /** One is connected, and has not acknowledged in time. */
        MISSING,
        /** None is connected. */
        NO_REPLICA
    }

    /** Receives the events of an attempt. */
    public interface Listener {
        /** The missing keys can be copied while commands are held. */
        void converged();

        void attemptFailed(String reason);
    }

    private final CopyContext context;
    private final Endpoint source;
    private final Endpoint destination;
    private final String destinationRun;
    private final SlotRanges slots;
    private final MigrationRecord claim;
    private final MigrationConfig config;
    private final CopyCounters counters;
    private final Listener listener;
    private final RateLimiter limiter;
    private final StreamReader reader;
    private final ChangeFeed feed;
    private final CompletableFuture<Boolean> attached = new CompletableFuture<>();

    private @Nullable NamedConnection from;
    private @Nullable NamedConnection to;
    private @Nullable Copier copier;
    private @Nullable LoadProbe probe;
    private @Nullable CompletableFuture<Boolean> markerRead;
    private boolean isVersion7OrLater;
    private ExpiryTimes expiryTimes = new ExpiryTimes(true, 0);
    private boolean closed;

    /**
     * @param destinationRun the run of the destination that may be copied to; empty for any
     * @param claim the destination's record, by which this attempt may write to it
     */
    public CopyAttempt(
            CopyContext context,
            Endpoint source,
            Endpoint destination,
            String destinationRun,
            SlotRanges slots,
            MigrationRecord claim,
            MigrationConfig config,
            CopyCounters counters,
            Listener listener) {
        this.context = context;
        this.source = source;
        this.destination = destination;
        this.destinationRun = destinationRun;
        this.slots = slots;
        this.claim = claim;
        this.config = config;
        this.counters = counters;
        this.listener = listener;
        this.limiter = new RateLimiter(context.maxKeysPerSecond(), context.maxBytesPerSecond());
        this.reader = new StreamReader(context.commands(), slots, this);
        this.feed = new ChangeFeed(context.loop(), context.nodes(), source, reader, this);
    }

    /**
     * Follows the source's changes and begins to delete the slots' keys at the destination, unless another attempt has
     * claimed the destination meanwhile.
     *
     * <p>One attempt writes to the destination at a time. A later one replaces the record first and then closes the
     * connections of former ones, by their name; so of two attempts either the later one finds the connection of the
     * former, or the former one, when its connections have their name, finds the record of the later. Everything that
     * changes keys at the destination is sent on such a connection.
     */
    public CompletionStage<?> prepare() {
        NodeClient nodes = context.nodes();
        return endFormerAttempts()
                .thenCompose(ended -> connect())
                .thenCompose(connected -> requireRun())
                .thenCompose(connected -> context.records().read(destination, MigrationRecords.IMPORTS, slots))
                .thenAccept(this::requireClaim)
                .thenCompose(connected -> context.records().removeSlots(source, MigrationRecords.IMPORTS, slots))
                .thenCompose(done -> context.records().removeSlots(destination, MigrationRecords.EXPORTS, slots))
                .thenCompose(done -> nodes.info(source, "server"))
                .thenCompose(info -> {
                    isVersion7OrLater = info.majorVersion() >= 7;
                    feed.attach();
                    return attached;
                })
                .thenCompose(follows -> startProbe())
                .thenCompose(known -> raiseArgumentLimits())
                .thenCompose(known -> compareClocks())
                .thenCompose(known -> copyFunctions())
                .thenCompose(done -> nodes.call(source, "DBSIZE"))
                .thenCompose(size -> {
                    requireOpen();
                    counters.begin(ReplyValues.number(size));
                    // From here on it takes note of changes, also of keys that get an expiry time.
                    Copier started = newCopier();
                    copier = started;
                    deleteLeftOvers(started);
                    return nodes.info(source, "keyspace");
                })
                .thenAccept(keyspace -> {
                    if (!keyspace.hasExpiringKeys()) {
                        requireNonNull(copier).noneExpires();
                    }
                });
    }

    /**
     * Starts or resumes copying, and calls {@link Listener#converged} when copying the missing keys takes no longer
     * than this.
     */
    public void copy(long allowedMillis) {
        // A marker that is still on its way belongs to a finish that has been given up.
        markerRead = null;
        feed.lowLatency(false);
        requireNonNull(copier).copyUntil(allowedMillis);
    }

    /** Changes how long copying the missing keys may take for {@link Listener#converged}. */
    public void allow(long millis) {
        requireNonNull(copier).allow(millis);
    }

    /** Copies without regard to the rate, or with it again. */
    public void hurry(boolean wanted) {
        if (copier != null) {
            copier.hurry(wanted);
        }
    }

    /** Whether only keys are missing that have changed since they were copied. */
    public boolean isScanned() {
        return copier != null && copier.isScanned();
    }

    /** Whether so many keys have changed since they were copied that no more should. */
    public boolean isFarBehind() {
        return copier != null && copier.isFarBehind();
    }

    /** How long copying the missing keys would take at the present rate. */
    public long missingMillis() {
        return copier == null ? 0 : copier.missingMillis();
    }

    /**
     * Copies all missing keys, while commands for the slots are held and none is in flight.
     *
     * @param marker a unique text to be found in the replication stream
     * @return whether a replica of the destination has acknowledged the keys
     */
    public CompletionStage<ReplicaAnswer> finish(String marker, long waitMillis) {
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        CompletableFuture<Boolean> drained = new CompletableFuture<>();
        CompletionStage<InfoReport> replication = context.nodes().info(destination, "replication");
        markerRead = seen;
        reader.awaitMarker(marker);
        feed.lowLatency(true);
        return context.records()
                .mark(source, marker)
                .thenCompose(marked -> seen)
                .thenCompose(complete -> {
                    if (isAwaited(seen)) {
                        requireNonNull(copier).drain(() -> drained.complete(true));
                    }
                    return drained;
                })
                .thenCompose(done -> replication)
                .thenCompose(info -> askReplica(info, waitMillis));
    }

    /** Whether the marker belongs to the present hold, not to one that was given up. */
    private boolean isAwaited(CompletableFuture<Boolean> marker) {
        return markerRead == marker;
    }

    /** Asks whether a replica of the destination has what was copied until now. */
    public CompletionStage<ReplicaAnswer> askReplica(long waitMillis) {
        return context.nodes().info(destination, "replication").thenCompose(info -> askReplica(info, waitMillis));
    }

    private CompletionStage<ReplicaAnswer> askReplica(InfoReport destinationInfo, long waitMillis) {
        if (!destinationInfo.hasOnlineReplica()) {
            return CompletableFuture.completedFuture(ReplicaAnswer.NO_REPLICA);
        }
        return requireNonNull(to)
                .call("WAIT", "1", Long.toString(waitMillis))
                .thenApply(acknowledged ->
                        ReplyValues.number(acknowledged) > 0 ? ReplicaAnswer.ACKNOWLEDGED : ReplicaAnswer.MISSING);
    }

    /** Ends the attempt; the listener is no longer called. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (probe != null) {
            probe.stop();
        }
        if (copier != null) {
            copier.stop();
        }
        feed.close();
        for (NamedConnection used : new NamedConnection[] {from, to}) {
            if (used != null) {
                used.connection.close("no longer needed");
            }
        }
    }

    private void fail(String reason) {
        if (!closed) {
            close();
            attached.completeExceptionally(new IllegalStateException(reason));
            listener.attemptFailed(reason);
        }
    }

    /**
     * Closes connections of earlier attempts at the destination, by their name: values may still be in flight on them.
     */
    private CompletionStage<?> endFormerAttempts() {
        return context.nodes()
                .call(destination, "CLIENT", "LIST", "TYPE", "normal")
                .thenCompose(list -> {
                    List<CompletableFuture<?>> ends = new ArrayList<>();
                    for (String line : ReplyValues.text(list).split("\n", -1)) {
                        if (line.contains(" name=" + name() + " ")) {
                            String id = line.substring("id=".length(), line.indexOf(' '));
                            ends.add(context.nodes()
                                    .call(destination, "CLIENT", "KILL", "ID", id)
                                    .toCompletableFuture());
                        }
                    }
                    return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
                });
    }

    /** The name under which the nodes list the connections of this copy. */
    private String name() {
        return "undermoon-move:" + slots;
    }

    private CompletionStage<?> connect() {
        requireOpen();
        NamedConnection toSource = new NamedConnection(source);
        NamedConnection toDestination = new NamedConnection(destination);
        from = toSource;
        to = toDestination;
        return toSource.named.thenCompose(ready -> toDestination.named);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the attempt has ended");
        }
    }

    private CompletionStage<?> startProbe() {
        LoadProbe started = new LoadProbe(
                context.loop(),
                context.nodes(),
                requireNonNull(from).connection,
                requireNonNull(to).connection,
                limiter,
                this::leastKeysPerSecond);
        probe = started;
        return started.start();
    }

    /** The rate at which the copy ends within the time that the cluster's configuration allows. */
    private double leastKeysPerSecond() {
        long millis = TimeUnit.SECONDS.toMillis(config.maxMigrationTime()) - counters.elapsedMillis();
        long keys = counters.keysTotal() - counters.keysScanned() + counters.keysDirty();
        return keys * 1000.0 / Math.max(1, millis);
    }

    /** A node that has restarted may have lost data that its replica has, which takes over then, without the copy. */
    private CompletionStage<?> requireRun() {
        if (destinationRun.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        return requireNonNull(to).call("INFO", "server").thenAccept(reply -> {
            String run = InfoReport.parse(ReplyValues.text(reply)).runId();
            if (!run.equals(destinationRun)) {
                throw new IllegalStateException("destination " + destination + " has restarted: its run is '" + run
                        + "' instead of '" + destinationRun + "'");
            }
        });
    }

    private void requireClaim(@Nullable MigrationRecord present) {
        if (!claim.equals(present)) {
            throw new IllegalStateException(
                    "destination " + destination + " has record '" + present + "' instead of '" + claim + "'");
        }
    }

    private long sweepDelayNanos(int scanned, int removed) {
        limiter.keysSwept(scanned, removed);
        return limiter.delayNanos(System.nanoTime());
    }

    /** Scanning a large destination takes a while, in which copying begins. */
    private void deleteLeftOvers(Copier started) {
        DirectConnection connection = requireNonNull(to).connection;
        KeySweep.start(
                        context.loop(),
                        command -> NodeClient.call(connection, command),
                        key -> slots.contains(Slot.of(key)) && !started.hasBegun(key),
                        this::sweepDelayNanos,
                        removing -> {})
                .whenComplete((removed, problem) -> {
                    if (problem == null) {
                        started.leftOversDeleted();
                    } else {
                        fail(NodeException.reason(problem));
                    }
                });
    }

    /** Copies the functions, which are the same on all masters of a cluster; a new node has none. */
    private CompletionStage<RespValue> copyFunctions() {
        if (!isVersion7OrLater) {
            return CompletableFuture.completedFuture(new RespValue.Int(0));
        }
        return context.nodes().call(source, "FUNCTION", "DUMP").thenCompose(dump -> {
            if (!(dump instanceof RespValue.Bulk bulk) || bulk.bytes().length <= EMPTY_FUNCTIONS_BYTES) {
                return CompletableFuture.completedFuture(dump);
            }
            CommandFrame restore = new CommandBuilder(4)
                    .add("FUNCTION")
                    .add("RESTORE")
                    .add(bulk.bytes())
                    .add("REPLACE")
                    .build();
            return context.nodes().call(destination, restore);
        });
    }

    /**
     * Raises the limits of the destination on arguments: a serialized value may be larger than any argument that
     * clients can send. They are raised before the first value is sent, because newer servers check the size of an
     * argument when they parse it, which they do before they have executed the commands that arrived before. The limits
     * stay raised; they guard Redis against clients, and the proxy has its own for that.
     */
    private CompletionStage<?> raiseArgumentLimits() {
        return raise("client-query-buffer-limit").thenCompose(done -> raise("proto-max-bulk-len"));
    }

    private CompletionStage<?> raise(String limit) {
        return context.nodes()
                .call(destination, "CONFIG", "SET", limit, ANY_SIZE)
                .exceptionally(problem -> {
                    // Smaller values fit all the same; for larger ones RESTORE fails and says so.
                    LOG.infof(
                            "Limit for large values cannot be raised: node=%s limit=%s reason=%s",
                            destination, limit, NodeException.reason(problem));
                    return RespValue.Null.BULK;
                });
    }

    private CompletionStage<?> compareClocks() {
        return NodeClock.read(requireNonNull(from).connection)
                .thenCompose(sourceClock -> NodeClock.read(requireNonNull(to).connection)
                        .thenAccept(destinationClock -> {
                            NodeClock told = isVersion7OrLater ? sourceClock : new NodeClock(0, 0);
                            expiryTimes = new ExpiryTimes(isVersion7OrLater, told.millisTo(destinationClock));
                            if (expiryTimes.shiftMillis() != 0) {
                                LOG.warnf(
                                        "Clocks of nodes differ, expiry times are adapted: source=%s destination=%s "
                                                + "millis=%d",
                                        source, destination, expiryTimes.shiftMillis());
                            }
                        }));
    }

    private Copier newCopier() {
        int count = (int) Math.min(MAX_SCAN_COUNT, config.scanCount() * SCAN_FACTOR);
        long interval = TimeUnit.MICROSECONDS.toNanos(config.scanInterval());
        return new Copier(
                context.loop(),
                requireNonNull(from).connection,
                requireNonNull(to).connection,
                slots,
                limiter,
                counters,
                new Copier.ScanPlan(count, interval),
                expiryTimes,
                this);
    }

    @Override
    public void attached() {
        attached.complete(true);
    }

    @Override
    public void changed(byte[] key) {
        Copier current = copier;
        if (current != null) {
            current.changed(key);
        }
    }

    @Override
    public void markerRead() {
        if (markerRead != null) {
            markerRead.complete(true);
        }
    }

    @Override
    public void lost(String reason) {
        fail(reason);
    }

    @Override
    public void converged() {
        if (!closed) {
            listener.converged();
        }
    }

    @Override
    public void copyFailed(String reason) {
        fail(reason);
    }

    /** A connection that sets its name at the node. */
    private final class NamedConnection implements DirectConnection.Owner {
        private final Endpoint node;
        private final CompletableFuture<RespValue> named = new CompletableFuture<>();
        private final DirectConnection connection;

        NamedConnection(Endpoint node) {
            this.node = node;
            this.connection = new DirectConnection(context.loop(), node, TIMEOUT_MILLIS, this);
        }

        CompletionStage<RespValue> call(String... command) {
            return NodeClient.call(connection, command);
        }

        @Override
        public void ready() {
            call("CLIENT", "SETNAME", name()).whenComplete((reply, problem) -> {
                if (problem != null) {
                    named.completeExceptionally(problem);
                } else {
                    named.complete(reply);
                }
            });
        }

        @Override
        public void lost(String reason) {
            named.completeExceptionally(new IllegalStateException(reason));
            fail(reason);
        }

        @Override
        public void writable() {
            if (copier != null && this == to) {
                copier.writable();
            }
        }
    }
}
