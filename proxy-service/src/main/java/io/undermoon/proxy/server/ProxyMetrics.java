package io.undermoon.proxy.server;

import io.prometheus.client.Collector;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.replication.NodeStatus;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.Readiness;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.MigrationProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * The proxy's metrics, read from the counters of the loops at each scrape; nothing happens per command.
 *
 * <table>
 * <caption>Metrics, all with the prefix {@code undermoon_proxy_}</caption>
 * <tr><td>{@code commands_total{command,outcome}}</td><td>commands ever sent by clients; outcome {@code ok},
 *     {@code error} (the reply was one), {@code rejected} (by the proxy)</td></tr>
 * <tr><td>{@code command_seconds_total{command}}</td><td>time between commands and replies</td></tr>
 * <tr><td>{@code reply_seconds}</td><td>histogram of that time over all commands</td></tr>
 * <tr><td>{@code connections}, {@code connections_accepted_total}, {@code connections_rejected_total}</td><td>of
 *     clients</td></tr>
 * <tr><td>{@code connections_waiting}</td><td>connections that event loops with too much to do have not taken in
 *     yet</td></tr>
 * <tr><td>{@code throttled_seconds_total{limit}}</td><td>time for which clients were not read from because of limits of
 *     their {@code user} or of the {@code cluster}, all added up</td></tr>
 * <tr><td>{@code clients_memory_bytes}, {@code clients_evicted_total}</td><td>what clients make the proxy hold; clients
 *     disconnected because that was too much</td></tr>
 * <tr><td>{@code in_flight}</td><td>commands sent to a backend and not answered yet</td></tr>
 * <tr><td>{@code bytes_total{side,direction}}</td><td>side {@code client}, {@code backend}; direction {@code in},
 *     {@code out}</td></tr>
 * <tr><td>{@code moved_total}, {@code forwarded_total}</td><td>commands for slots of other proxies, redirected or
 *     carried out</td></tr>
 * <tr><td>{@code protocol_errors_total}</td><td>clients that did not speak RESP</td></tr>
 * <tr><td>{@code backend_failures_total{kind}}</td><td>{@code connect}, {@code lost}, {@code timeout}</td></tr>
 * <tr><td>{@code unrestricted_logins_total}</td><td>connections for clients' commands at nodes that gave them all
 *     rights of the proxy's user</td></tr>
 * <tr><td>{@code writes_without_replicas_total}</td><td>writes of which as many replicas as {@code min_replica_acks}
 *     wants were not known to have them in time</td></tr>
 * <tr><td>{@code stale_reads_total}</td><td>reads that were answered without a lease</td></tr>
 * <tr><td>{@code tls_failures_total}</td><td>clients with whom TLS failed</td></tr>
 * <tr><td>{@code tls_reloads_total}, {@code tls_files_broken}</td><td>changed files that were taken; whether they
 *     cannot be used as they are now</td></tr>
 * <tr><td>{@code tls_certificate_expiry_seconds}</td><td>when the own certificate expires, as a Unix time</td></tr>
 * <tr><td>{@code info{cluster,address}}</td><td>1; to which cluster the proxy belongs, empty if to none</td></tr>
 * <tr><td>{@code epoch}, {@code ready}, {@code registered}</td><td>of the metadata; {@code UMCTL READY}; registered
 *     with the broker</td></tr>
 * <tr><td>{@code node_up{node,role}}, {@code node_settled{node,role}}</td><td>answers; has its role, its data and its
 *     link</td></tr>
 * <tr><td>{@code node_busy{node,role}}, {@code node_silent_seconds{node,role}}</td><td>executes a script and refuses
 *     other commands; time since its last answer</td></tr>
 * <tr><td>{@code node_foreign_clients{node,role}}</td><td>clients that did not come through a proxy</td></tr>
 * <tr><td>{@code replication_link_up{node}}</td><td>of replicas</td></tr>
 * <tr><td>{@code replication_offset_bytes{node}}</td><td>the replication offset of a node</td></tr>
 * <tr><td>{@code replication_lag_bytes{node}}</td><td>of a master its slowest replica's, of a replica what it has yet
 *     to apply</td></tr>
 * <tr><td>{@code migration_state{slots,side,state}}</td><td>1 for the state that a migration is in</td></tr>
 * <tr><td>{@code migration_keys_copied{slots}}, {@code migration_bytes_copied{slots}},
 *     {@code migration_keys_dirty{slots}}, {@code migration_attempts{slots}},
 *     {@code migration_longest_hold_seconds{slots}}, {@code migration_writers_held_seconds{slots}}</td><td>at its
 *     source; for as long as the migration lasts</td></tr>
 * </table>
 */
final class ProxyMetrics extends Collector {
    private static final String PREFIX = "undermoon_proxy_";

    /** The unit in which the loops keep time. */
    private static final double SECONDS_PER_TICK = 1024e-9;

    private static final double SECONDS_PER_NANO = 1e-9;

    private final ProxyServer server;
    private final BooleanSupplier registered;

    ProxyMetrics(ProxyServer server, BooleanSupplier registered) {
        this.server = server;
        this.registered = registered;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        ProxyStats stats = server.stats();
        List<MetricFamilySamples> families = new ArrayList<>();
        addCommands(families, stats);
        families.add(latency(stats));
        addTraffic(families, stats);
        ClusterName cluster = server.topology().current().clusterName();
        families.add(gauge("info", "1; to which cluster the proxy belongs.", "cluster", "address")
                .add(
                        1,
                        cluster == null ? "" : cluster.value(),
                        server.topology().self().value())
                .build());
        families.add(gauge("epoch", "Epoch of the cluster's metadata, 0 before any.")
                .add(server.topology().current().epoch().value())
                .build());
        families.add(gauge("ready", "Whether the proxy is of use to clients, as UMCTL READY says.")
                .add(Readiness.of(server.topology().current()) ? 1 : 0)
                .build());
        families.add(gauge("registered", "Whether the broker had this proxy in its books when it was last asked.")
                .add(registered.getAsBoolean() ? 1 : 0)
                .build());
        addNodes(families);
        addTls(families, stats);
        addMigrations(families);
        return families;
    }

    private void addCommands(List<MetricFamilySamples> families, ProxyStats stats) {
        Family commands = counter("commands", "Commands of clients.", "command", "outcome");
        Family time = counter("command_seconds", "Time between commands and their replies.", "command");
        for (Command command : server.commands().all()) {
            // Failures are read before calls: a call counted in between must not make the rest negative.
            long failures = stats.failures(command.id());
            long calls = stats.calls(command.id());
            long rejections = stats.rejections(command.id());
            addIfAny(commands, calls - failures, command.name(), "ok");
            addIfAny(commands, failures, command.name(), "error");
            addIfAny(commands, rejections, command.name(), "rejected");
            if (calls > 0) {
                time.add(stats.micros(command.id()) * SECONDS_PER_TICK, command.name());
            }
        }
        families.add(commands.build());
        families.add(time.build());
    }

    private static void addIfAny(Family family, long count, String... labels) {
        if (count > 0) {
            family.add(count, labels);
        }
    }

    private MetricFamilySamples latency(ProxyStats stats) {
        String name = PREFIX + "reply_seconds";
        List<MetricFamilySamples.Sample> samples = new ArrayList<>();
        long count = 0;
        for (int bucket = 0; bucket < LoopStats.LATENCY_BUCKETS; bucket++) {
            count += stats.latencyBucket(bucket);
            boolean last = bucket == LoopStats.LATENCY_BUCKETS - 1;
            String limit = last ? "+Inf" : doubleToGoString((1L << bucket) * SECONDS_PER_TICK);
            samples.add(new MetricFamilySamples.Sample(name + "_bucket", List.of("le"), List.of(limit), count));
        }
        double ticks = 0;
        for (Command command : server.commands().all()) {
            ticks += stats.micros(command.id());
        }
        samples.add(new MetricFamilySamples.Sample(name + "_count", List.of(), List.of(), count));
        samples.add(new MetricFamilySamples.Sample(name + "_sum", List.of(), List.of(), ticks * SECONDS_PER_TICK));
        return new MetricFamilySamples(name, Type.HISTOGRAM, "Time between commands and their replies.", samples);
    }

    private void addTraffic(List<MetricFamilySamples> families, ProxyStats stats) {
        families.add(gauge("connections", "Clients connected.")
                .add(stats.get(Counter.CONNECTIONS_OPEN))
                .build());
        families.add(counter("connections_accepted", "Clients ever accepted.")
                .add(stats.get(Counter.CONNECTIONS_ACCEPTED))
                .build());
        families.add(counter("connections_rejected", "Clients refused because there were too many.")
                .add(stats.get(Counter.CONNECTIONS_REJECTED))
                .build());
        families.add(gauge("connections_waiting", "Connections that busy event loops have not taken in yet.")
                .add(stats.get(Counter.CONNECTIONS_WAITING))
                .build());
        families.add(counter("throttled_seconds", "Time for which clients were slowed down by limits.", "limit")
                .add(stats.get(Counter.THROTTLED_BY_USER_NANOS) * SECONDS_PER_NANO, "user")
                .add(stats.get(Counter.THROTTLED_BY_CLUSTER_NANOS) * SECONDS_PER_NANO, "cluster")
                .build());
        families.add(counter("clients_evicted", "Clients disconnected because clients held too much memory.")
                .add(stats.get(Counter.CLIENTS_EVICTED))
                .build());
        families.add(gauge("clients_memory_bytes", "What clients make the proxy hold: input, replies and output.")
                .add(server.clients().memory().heldBytes())
                .build());
        families.add(gauge("in_flight", "Commands sent to a backend and not answered yet.")
                .add(stats.get(Counter.IN_FLIGHT))
                .build());
        families.add(counter("bytes", "Bytes read and written.", "side", "direction")
                .add(stats.get(Counter.CLIENT_BYTES_IN), "client", "in")
                .add(stats.get(Counter.CLIENT_BYTES_OUT), "client", "out")
                .add(stats.get(Counter.BACKEND_BYTES_IN), "backend", "in")
                .add(stats.get(Counter.BACKEND_BYTES_OUT), "backend", "out")
                .build());
        families.add(counter("moved", "Commands answered with MOVED.")
                .add(stats.get(Counter.MOVED))
                .build());
        families.add(counter("forwarded", "Commands carried out by another proxy for the client.")
                .add(stats.get(Counter.FORWARDED_TO_PEER))
                .build());
        families.add(counter("protocol_errors", "Clients that did not speak RESP.")
                .add(stats.get(Counter.PROTOCOL_ERRORS))
                .build());
        families.add(counter("backend_failures", "Connections to backends that failed.", "kind")
                .add(stats.get(Counter.BACKEND_CONNECT_FAILURES), "connect")
                .add(stats.get(Counter.BACKEND_CONNECTIONS_LOST), "lost")
                .add(stats.get(Counter.BACKEND_TIMEOUTS), "timeout")
                .build());
        families.add(gauge("lease_held", "Whether the proxy may serve; 1 also where leases do not count.")
                .add(server.lease().isHeld() ? 1 : 0)
                .build());
        families.add(counter("lease_losses", "How often the lease was lost.")
                .add(server.leaseLosses())
                .build());
        families.add(counter("unrestricted_logins", "Connections whose scripts have all rights of the proxy.")
                .add(stats.get(Counter.UNRESTRICTED_LOGINS))
                .build());
        families.add(counter("stale_reads", "Reads that were answered without a lease.")
                .add(stats.get(Counter.STALE_READS))
                .build());
        families.add(counter("writes_without_replicas", "Writes that too few replicas are known to have.")
                .add(stats.get(Counter.WRITES_WITHOUT_REPLICAS))
                .build());
    }

    private void addNodes(List<MetricFamilySamples> families) {
        Family up = gauge("node_up", "Whether a Redis node answers.", "node", "role");
        Family busy = gauge("node_busy", "Whether a node is busy with a script.", "node", "role");
        Family silent = gauge("node_silent_seconds", "Time since the last answer of a node.", "node", "role");
        Family settled = gauge("node_settled", "Whether a node has its role, its data and its link.", "node", "role");
        Family link = gauge("replication_link_up", "Whether a replica follows its master.", "node");
        Family offset = gauge("replication_offset_bytes", "How far a node's copy of the data is.", "node");
        Family lag = gauge("replication_lag_bytes", "How far replication is behind at a node.", "node");
        Family foreign =
                gauge("node_foreign_clients", "Clients of a node that did not come through a proxy.", "node", "role");
        for (NodeStatus status : server.nodes()) {
            String node = status.node().value();
            String role = status.role().wireName();
            up.add(status.up() ? 1 : 0, node, role);
            busy.add(status.isBusy() ? 1 : 0, node, role);
            silent.add(status.millisSinceLastAnswer() / 1e3, node, role);
            settled.add(status.isSettled() ? 1 : 0, node, role);
            server.foreignClients().count(status.node()).ifPresent(count -> foreign.add(count, node, role));
            InfoReport report = status.report();
            if (report != null && report.role() == Role.REPLICA) {
                link.add(status.up() && report.linkUp() ? 1 : 0, node);
            }
            if (report != null && status.up()) {
                offset.add(report.offset(), node);
                lag.add(report.lagBytes(), node);
            }
        }
        families.add(up.build());
        families.add(busy.build());
        families.add(silent.build());
        families.add(settled.build());
        families.add(link.build());
        families.add(offset.build());
        families.add(lag.build());
        families.add(foreign.build());
    }

    private void addTls(List<MetricFamilySamples> families, ProxyStats stats) {
        TlsContext tls = server.tls();
        if (tls == null) {
            return;
        }
        families.add(counter("tls_failures", "Clients with whom TLS failed.")
                .add(stats.get(Counter.TLS_FAILURES))
                .build());
        families.add(counter("tls_reloads", "Changed certificates and keys that were taken.")
                .add(tls.reloads())
                .build());
        families.add(gauge("tls_files_broken", "Whether certificates or keys cannot be used as they are now.")
                .add(tls.problem() == null ? 0 : 1)
                .build());
        Instant expiry = tls.notAfter();
        if (expiry != null) {
            families.add(gauge("tls_certificate_expiry_seconds", "When the own certificate expires.")
                    .add(expiry.getEpochSecond())
                    .build());
        }
    }

    private void addMigrations(List<MetricFamilySamples> families) {
        Family state = gauge("migration_state", "1 for the state of a migration.", "slots", "side", "state");
        Family keys = gauge("migration_keys_copied", "Keys that a migration has copied.", "slots");
        Family bytes = gauge("migration_bytes_copied", "Bytes of values that a migration has copied.", "slots");
        Family dirty = gauge("migration_keys_dirty", "Keys that changed and wait to be copied again.", "slots");
        Family attempts = gauge("migration_attempts", "How often a migration has begun to copy.", "slots");
        Family hold = gauge("migration_longest_hold_seconds", "How long commands were held at most.", "slots");
        Family writers = gauge(
                "migration_writers_held_seconds", "How long commands that write were held for the copy.", "slots");
        for (MigrationProgress progress : server.migrations()) {
            String slots = progress.task().rangeList().toString();
            String side = progress.side().name().toLowerCase(Locale.ROOT);
            state.add(1, slots, side, progress.state().name().toLowerCase(Locale.ROOT));
            if (progress.side() == MigrationProgress.Side.SOURCE) {
                keys.add(progress.keysCopied(), slots);
                bytes.add(progress.bytesCopied(), slots);
                dirty.add(progress.keysDirty(), slots);
                attempts.add(progress.attempts(), slots);
                hold.add(progress.longestHoldUs() / 1e6, slots);
                writers.add(progress.writersHeldUs() / 1e6, slots);
            }
        }
        for (Family family : List.of(state, keys, bytes, dirty, attempts, hold, writers)) {
            families.add(family.build());
        }
    }

    private static Family gauge(String name, String help, String... labels) {
        return new Family(PREFIX + name, PREFIX + name, Type.GAUGE, help, List.of(labels));
    }

    /** The name is given without {@code _total}, as the format wants it. */
    private static Family counter(String name, String help, String... labels) {
        return new Family(PREFIX + name, PREFIX + name + "_total", Type.COUNTER, help, List.of(labels));
    }

    /** Builds one metric. */
    private record Family(
            String name,
            String sampleName,
            Type type,
            String help,
            List<String> labels,
            List<MetricFamilySamples.Sample> samples) {
        Family(String name, String sampleName, Type type, String help, List<String> labels) {
            this(name, sampleName, type, help, labels, new ArrayList<>());
        }

        Family add(double value, String... labelValues) {
            samples.add(new MetricFamilySamples.Sample(sampleName, labels, List.of(labelValues), value));
            return this;
        }

        MetricFamilySamples build() {
            return new MetricFamilySamples(name, type, help, samples);
        }
    }
}
