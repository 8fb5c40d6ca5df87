package io.undermoon.dev.cli.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Seeds;
import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.NodeConnection;
import io.undermoon.dev.clusterclient.Topology;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon hot-keys}: the keys of a cluster that clients use most. */
@picocli.CommandLine.Command(
        name = "hot-keys",
        mixinStandardHelpOptions = true,
        description = {
            "Shows which keys of a cluster clients use most: the proxies look at their commands for some seconds.",
            "A proxy looks at 200,000 commands a second and event loop at most, and at none before and after."
        })
public final class HotKeysCommand implements Callable<Integer> {
    private static final int MAX_COUNT = 64;
    private static final int SHOWN_KEY_LENGTH = 60;

    /** Longer than the search, so that one whose caller was ended does not go on for ever. */
    private static final int MORE_SECONDS = 10;

    /** By what keys are hot, and how the proxy calls that. */
    enum Metric {
        OPS("by-ops", "total-ops", "commands/s", 1),
        BYTES("by-net-bytes", "total-net-bytes", "bytes/s", 1),
        TIME("by-cpu-time-us", "all-commands-all-slots-us", "ms/s", 1000);

        private final String field;
        private final String total;
        private final String unit;
        private final double divisor;

        Metric(String field, String total, String unit, double divisor) {
            this.field = field;
            this.total = total;
            this.unit = unit;
            this.divisor = divisor;
        }

        private String wireName() {
            return this == OPS ? "OPS" : this == BYTES ? "NET" : "CPU";
        }
    }

    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "CLUSTER",
            description = "The cluster; may be left out where there is one.")
    private @Nullable String cluster;

    @Mixin
    private Seeds seeds = new Seeds();

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "1", description = "For how long (default: 1).")
    private int seconds;

    @Option(names = "--count", paramLabel = "N", defaultValue = "20", description = "How many keys (default: 20).")
    private int count;

    @Option(
            names = "--by",
            paramLabel = "METRIC",
            defaultValue = "OPS",
            description = "By ops, bytes, or time between commands and replies (default: ops).")
    private Metric metric = Metric.OPS;

    /** A key, how much it has of the metric, and the proxy that serves it. */
    private record HotKey(byte[] key, long amount, HostPort proxy) {}

    /** What the proxies have found. */
    private static final class Tally {
        private final List<HotKey> keys = new ArrayList<>();
        private long total;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 1) {
            throw new UsageException("--seconds " + seconds + " is less than 1");
        }
        if (count < 1 || count > MAX_COUNT) {
            throw new UsageException("--count " + count + " is not within 1-" + MAX_COUNT);
        }
        ClientSettings settings = seeds.settingsOr(this::proxies);
        List<HostPort> proxies = List.copyOf(Topology.discover(settings).masters());
        List<NodeConnection> connections = new ArrayList<>();
        try {
            for (HostPort proxy : proxies) {
                connections.add(start(proxy, settings));
            }
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
            Tally tally = new Tally();
            for (int i = 0; i < proxies.size(); i++) {
                add(tally, connections.get(i), proxies.get(i));
            }
            print(tally);
            return 0;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        } finally {
            connections.forEach(HotKeysCommand::end);
        }
    }

    private NodeConnection start(HostPort proxy, ClientSettings settings) throws IOException {
        NodeConnection connection = NodeConnection.open(proxy, settings, false);
        String limit = Integer.toString(seconds + MORE_SECONDS);
        RespValue reply = connection
                .exchange(List.of(Command.of(
                        "HOTKEYS",
                        "START",
                        "METRICS",
                        "1",
                        metric.wireName(),
                        "COUNT",
                        Integer.toString(count),
                        "DURATION",
                        limit)))
                .get(0);
        if (reply instanceof RespValue.Failure failure) {
            connection.close();
            throw new IOException(proxy + ": " + failure.text()
                    + (failure.text().contains("in progress") ? "; end it with HOTKEYS STOP at that proxy" : ""));
        }
        return connection;
    }

    private static void end(NodeConnection connection) {
        try (connection) {
            connection.exchange(List.of(Command.of("HOTKEYS", "STOP"), Command.of("HOTKEYS", "RESET")));
        } catch (IOException e) {
            // The proxy is gone, or ends the search by itself.
        }
    }

    private void add(Tally tally, NodeConnection connection, HostPort proxy) throws IOException {
        RespValue reply =
                connection.exchange(List.of(Command.of("HOTKEYS", "GET"))).get(0);
        if (!(reply instanceof RespValue.Array array)
                || array.items().isEmpty()
                || !(array.items().get(0) instanceof RespValue.Array fields)) {
            throw new IOException(proxy + ": unexpected reply to HOTKEYS GET: " + reply);
        }
        List<RespValue> items = fields.items();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            String name = items.get(i).asText();
            if (name.equals(metric.total)) {
                tally.total += number(items.get(i + 1));
            } else if (name.equals(metric.field) && items.get(i + 1) instanceof RespValue.Array keys) {
                for (int k = 0; k + 1 < keys.items().size(); k += 2) {
                    if (keys.items().get(k) instanceof RespValue.Bulk key) {
                        tally.keys.add(
                                new HotKey(key.bytes(), number(keys.items().get(k + 1)), proxy));
                    }
                }
            }
        }
    }

    private static long number(RespValue value) {
        return value instanceof RespValue.Int number ? number.value() : 0;
    }

    private void print(Tally tally) {
        double units = metric.divisor * seconds;
        System.out.printf(
                Locale.ROOT,
                "%.0f %s in all; the hottest keys, as far as seen in %d s:%n",
                tally.total / units,
                metric.unit,
                seconds);
        System.out.printf(
                Locale.ROOT, "%4s %12s %7s %6s  %-21s  %s%n", "", metric.unit, "share", "slot", "proxy", "key");
        List<HotKey> hottest = tally.keys.stream()
                .sorted(Comparator.comparingLong(HotKey::amount).reversed())
                .limit(count)
                .toList();
        for (int i = 0; i < hottest.size(); i++) {
            HotKey key = hottest.get(i);
            System.out.printf(
                    Locale.ROOT,
                    "%4d %12.0f %6.2f%% %6d  %-21s  %s%n",
                    i + 1,
                    key.amount() / units,
                    100.0 * key.amount() / Math.max(1, tally.total),
                    Slot.of(key.key()),
                    key.proxy(),
                    shown(key.key()));
        }
        if (hottest.isEmpty()) {
            System.out.println("No command with a key came in.");
        }
    }

    private static String shown(byte[] key) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(key, StandardCharsets.UTF_8).toCharArray()) {
            text.append(Character.isISOControl(c) ? '?' : c);
        }
        return text.length() <= SHOWN_KEY_LENGTH ? text.toString() : text.substring(0, SHOWN_KEY_LENGTH) + "…";
    }

    private List<HostPort> proxies() {
        JsonNode clusters =
                Calls.of(() -> target.broker().get("/clusters/proxies")).path("clusters");
        String name = cluster == null ? only(clusters) : Calls.cluster(cluster);
        List<String> proxies = Calls.texts(clusters.path(name));
        if (proxies.isEmpty()) {
            throw new LaunchException("there is no cluster " + name);
        }
        return proxies.stream().map(HostPort::parse).toList();
    }

    private static String only(JsonNode clusters) {
        List<String> names = new ArrayList<>();
        clusters.fieldNames().forEachRemaining(names::add);
        if (names.size() != 1) {
            throw new UsageException(
                    names.isEmpty()
                            ? "there is no cluster yet"
                            : "there are several clusters, say which one: " + String.join(", ", names));
        }
        return names.get(0);
    }
}
