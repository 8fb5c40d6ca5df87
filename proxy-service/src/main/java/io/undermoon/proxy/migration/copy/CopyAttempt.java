package io.undermoon.proxy.migration.copy;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.MigrationConfig;
import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.Calls.CallException;
import io.undermoon.proxy.migration.record.NodeInfo;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to bring a destination node to where it has the keys of certain slots exactly as the source has them: from an
 * empty destination to the moment at which both are equal. Whatever fails ends the attempt; the next one begins from nothing.
 * Owned by the migration event loop.
 */
public final class CopyAttempt implements ChangeFeed.Listener, Copier.Listener {
    private static final Logger LOG = Logger.getLogger(CopyAttempt.class);

    /** Of the settings' unit: the original looks at 16 keys at a time, with round trips in between that are not needed here. */
    private static final int SCAN_FACTOR = 32;

    private static final int MAX_SCAN_COUNT = 1000;
    private static final long PATIENCE_MILLIS = 30_000;
    private static final int EMPTY_FUNCTIONS_BYTES = 10;
    private static final long DEFAULT_LARGEST_ARGUMENT = 512L << 20;

    /** Who is told when the attempt is over before its time. */
    public interface Listener {
        /** What is missing can be copied while commands are held. */
        void converged();

        void attemptFailed(String reason);
    }

    private final CopyContext context;
    private final Endpoint source;
    private final Endpoint destination;
    private final SlotRanges slots;
    private final MigrationConfig config;
    private final CopyCounters counters;
    private final Listener listener;
    private final RateLimiter limiter;
    private final StreamReader reader;
    private final ChangeFeed feed;
    private final CompletableFuture<Boolean> attached = new CompletableFuture<>();

    private @Nullable Link from;
    private @Nullable Link to;
    private @Nullable Copier copier;
    private @Nullable LoadProbe probe;
    private @Nullable CompletableFuture<Boolean> passed;
    private boolean knowsTime;
    private long largestArgument = DEFAULT_LARGEST_ARGUMENT;
    private boolean closed;

    public CopyAttempt(
            CopyContext context,
            Endpoint source,
            Endpoint destination,
            SlotRanges slots,
            MigrationConfig config,
            CopyCounters counters,
            Listener listener) {
        this.context = context;
        this.source = source;
        this.destination = destination;
        this.slots = slots;
        this.config = config;
        this.counters = counters;
        this.listener = listener;
        this.limiter = new RateLimiter(context.maxKeysPerSecond(), context.maxBytesPerSecond());
        this.reader = new StreamReader(context.commands(), slots, this);
        this.feed = new ChangeFeed(context.loop(), context.calls(), source, reader, this);
    }

    /**
     * Follows the source's changes and removes what the destination has of the slots. The destination's record must say that
     * it is being copied to.
     */
    public CompletionStage<?> prepare() {
        Calls calls = context.calls();
        return endFormerAttempts()
                .thenCompose(ended -> connect())
                .thenCompose(connected -> context.records().forget(source, MigrationRecords.IMPORTS, slots))
                .thenCompose(done -> context.records().forget(destination, MigrationRecords.EXPORTS, slots))
                .thenCompose(done -> calls.call(source, "INFO"))
                .thenCompose(info -> {
                    knowsTime = NodeInfo.parse(Calls.text(info)).majorVersion() >= 7;
                    feed.attach();
                    return attached;
                })
                .thenCompose(follows -> startProbe())
                .thenCompose(known -> purge())
                .thenCompose(purged -> readLargestArgument())
                .thenCompose(known -> copyFunctions())
                .thenCompose(done -> calls.call(source, "DBSIZE"))
                .thenAccept(size -> {
                    if (closed) {
                        throw new CallException("the attempt has ended");
                    }
                    counters.begin(Calls.number(size));
                    copier = newCopier();
                });
    }

    /** Copies, or goes on, until what is missing takes no longer than this; says so by {@link Listener#converged}. */
    public void copy(long allowedMillis) {
        feed.prompt(false);
        requireNonNull(copier).copyUntil(allowedMillis);
    }

    /**
     * Copies all that is missing, when commands for the slots are held and none is in flight.
     *
     * @param word not used before
     * @return whether a replica of the destination has it too, or there is none
     */
    public CompletionStage<Boolean> finish(String word, long waitMillis) {
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        CompletableFuture<Boolean> drained = new CompletableFuture<>();
        CompletionStage<RespValue> replication = context.calls().call(destination, "INFO", "replication");
        passed = seen;
        reader.await(word);
        feed.prompt(true);
        return context.records()
                .mark(source, word)
                .thenCompose(marked -> seen)
                .thenCompose(complete -> {
                    requireNonNull(copier).drain(() -> drained.complete(true));
                    return drained;
                })
                .thenCompose(done -> replication)
                .thenCompose(info -> NodeInfo.parse(Calls.text(info)).replicas() == 0
                        ? CompletableFuture.completedFuture(true)
                        : requireNonNull(to)
                                .call("WAIT", "1", Long.toString(waitMillis))
                                .thenApply(acknowledged -> Calls.number(acknowledged) > 0));
    }

    /** Ends the attempt; nothing more is told of it. */
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
        for (Link link : new Link[] {from, to}) {
            if (link != null) {
                link.connection.close("no longer needed");
            }
        }
    }

    private void fail(String reason) {
        if (!closed) {
            close();
            attached.completeExceptionally(new CallException(reason));
            listener.attemptFailed(reason);
        }
    }

    /** Connections of an attempt that somebody lost track of may have values on their way; they are cut. */
    private CompletionStage<?> endFormerAttempts() {
        return context.calls()
                .call(destination, "CLIENT", "LIST", "TYPE", "normal")
                .thenCompose(list -> {
                    List<CompletableFuture<?>> ends = new ArrayList<>();
                    for (String line : Calls.text(list).split("\n", -1)) {
                        if (line.contains(" name=" + name() + " ")) {
                            String id = line.substring("id=".length(), line.indexOf(' '));
                            ends.add(context.calls()
                                    .call(destination, "CLIENT", "KILL", "ID", id)
                                    .toCompletableFuture());
                        }
                    }
                    return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
                });
    }

    /** Under which the nodes know the connections that move these slots. */
    private String name() {
        return "undermoon-move:" + slots;
    }

    private CompletionStage<?> connect() {
        Link source1 = new Link(source);
        Link destination1 = new Link(destination);
        from = source1;
        to = destination1;
        return source1.named.thenCompose(ready -> destination1.named);
    }

    private CompletionStage<?> startProbe() {
        LoadProbe started = new LoadProbe(
                context.loop(),
                context.calls(),
                requireNonNull(from).connection,
                requireNonNull(to).connection,
                limiter,
                this::leastKeysPerSecond);
        probe = started;
        return started.start();
    }

    /** What it takes to be through in the time that the cluster's configuration allows. */
    private double leastKeysPerSecond() {
        long millis = TimeUnit.SECONDS.toMillis(config.maxMigrationTime()) - counters.elapsedMillis();
        long keys = counters.keysTotal() - counters.keysScanned() + counters.keysDirty();
        return keys * 1000.0 / Math.max(1, millis);
    }

    private long purgeDelayNanos(int scanned, int removed) {
        limiter.keysSwept(scanned, removed);
        return limiter.delayNanos(System.nanoTime());
    }

    private CompletionStage<?> purge() {
        return KeySweep.of(
                context.loop(),
                context.calls(),
                destination,
                slots::contains,
                this::purgeDelayNanos,
                removing -> {});
    }

    /** Functions are the same everywhere in a cluster; a node that is new to it has none. */
    private CompletionStage<RespValue> copyFunctions() {
        if (!knowsTime) {
            // Both came with version 7.
            return CompletableFuture.completedFuture(new RespValue.Int(0));
        }
        return context.calls().call(source, "FUNCTION", "DUMP").thenCompose(dump -> {
            if (!(dump instanceof RespValue.Bulk bulk) || bulk.bytes().length <= EMPTY_FUNCTIONS_BYTES) {
                return CompletableFuture.completedFuture(dump);
            }
            byte[] replace = "REPLACE".getBytes(StandardCharsets.US_ASCII);
            CommandFrame restore = Calls.command(List.of("FUNCTION", "RESTORE"), List.of(bulk.bytes(), replace));
            return context.calls().call(destination, restore);
        });
    }

    /** How large an argument the destination takes; a node that does not tell is taken to have the default. */
    private CompletionStage<?> readLargestArgument() {
        return context.calls()
                .call(destination, "CONFIG", "GET", "proto-max-bulk-len")
                .thenAccept(reply -> largestArgument =
                        Long.parseLong(Calls.text(Calls.items(reply).get(1))))
                .exceptionally(problem -> {
                    LOG.infof("node=%s does not tell proto-max-bulk-len: %s", destination, Calls.reason(problem));
                    return null;
                });
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
                largestArgument,
                knowsTime,
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
    public void passed() {
        if (passed != null) {
            passed.complete(true);
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

    /** A connection that is known by name to its node. */
    private final class Link implements DirectConnection.Owner {
        private final Endpoint node;
        private final CompletableFuture<RespValue> named = new CompletableFuture<>();
        private final DirectConnection connection;

        Link(Endpoint node) {
            this.node = node;
            this.connection = new DirectConnection(context.loop(), node, PATIENCE_MILLIS, this);
        }

        CompletionStage<RespValue> call(String... command) {
            CompletableFuture<RespValue> answer = new CompletableFuture<>();
            connection.send(CommandFrame.of(List.of(command)), Calls.collector(node + " to " + command[0], answer));
            return answer;
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
            named.completeExceptionally(new CallException(reason));
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
