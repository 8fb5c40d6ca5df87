package io.undermoon.broker.proxy;

import io.undermoon.broker.observe.UsageProbe;
import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespConnection;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends {@code CLUSTER SLOT-STATS} and {@code HOTKEYS} to proxies, each time on a connection of its own: they are asked
 * only while somebody looks.
 */
public final class RespUsageProbe implements UsageProbe, AutoCloseable {
    private static final List<String> SLOT_STATS = List.of("CLUSTER", "SLOT-STATS", "SLOTSRANGE", "0", "16383");
    private static final List<String> GET = List.of("HOTKEYS", "GET");
    private static final List<List<String>> END = List.of(List.of("HOTKEYS", "STOP"), List.of("HOTKEYS", "RESET"));

    /** A search ends by itself if this broker does not end it. */
    private static final Duration MORE = Duration.ofSeconds(10);

    private final RespClient client;

    /** @param client with time to count the keys of a node; closed with this */
    public RespUsageProbe(RespClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<SlotCounts> slots(ProxyAddress proxy) {
        return with(proxy, connection -> connection.call(SLOT_STATS).thenApply(RespUsageProbe::slotCounts));
    }

    @Override
    public CompletionStage<@Nullable Void> countSlots(ProxyAddress proxy, boolean isWanted) {
        List<String> command = List.of("CONFIG", "SET", "cluster-slot-stats-enabled", isWanted ? "yes" : "no");
        return with(proxy, connection -> connection.call(command).thenAccept(done -> {}));
    }

    @Override
    public CompletionStage<Search> search(ProxyAddress proxy, int count, Duration time) {
        List<String> start = List.of(
                "HOTKEYS",
                "START",
                "METRICS",
                "2",
                "OPS",
                "NET",
                "COUNT",
                Integer.toString(count),
                "DURATION",
                Long.toString(time.plus(MORE).toSeconds()));
        return with(
                proxy,
                connection -> connection
                        .call(start)
                        .thenCompose(begun -> later(time)
                                .thenCompose(go -> connection.call(GET))
                                .thenApply(RespUsageProbe::search)
                                .handle((found, failure) -> ended(connection, found, failure))
                                .thenCompose(found -> found)));
    }

    @Override
    public void close() {
        client.close();
    }

    private <T> CompletableFuture<T> with(
            ProxyAddress proxy, Function<RespConnection, CompletableFuture<T>> conversation) {
        return client.connect(HostPort.parse(proxy.value()))
                .thenCompose(connection ->
                        conversation.apply(connection).whenComplete((answer, failure) -> connection.close()));
    }

    private static CompletableFuture<@Nullable Void> later(Duration time) {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Ends the search at the proxy, however it went. */
    private static CompletableFuture<Search> ended(
            RespConnection connection, Search found, @Nullable Throwable failure) {
        return connection.exchange(END).handle((replies, problem) -> {
            if (failure != null) {
                throw RespClientException.of(failure);
            }
            return found;
        });
    }

    private static SlotCounts slotCounts(RespValue reply) {
        List<SlotCount> slots = new ArrayList<>();
        boolean isCounted = true;
        for (RespValue row : items(reply)) {
            List<RespValue> pair = items(row);
            if (pair.size() != 2 || !(pair.get(0) instanceof RespValue.Int slot)) {
                throw unexpected("CLUSTER SLOT-STATS");
            }
            Map<String, RespValue> fields = fields(pair.get(1));
            isCounted &= fields.containsKey("ops");
            slots.add(new SlotCount(
                    (int) slot.value(),
                    number(fields, "key-count"),
                    number(fields, "ops"),
                    number(fields, "network-bytes-in") + number(fields, "network-bytes-out"),
                    number(fields, "cpu-usec")));
        }
        return new SlotCounts(isCounted, slots);
    }

    private static Search search(RespValue reply) {
        List<RespValue> reports = items(reply);
        if (reports.isEmpty()) {
            throw unexpected("HOTKEYS GET");
        }
        Map<String, RespValue> fields = fields(reports.get(0));
        Map<ByteBuffer, Long> byOps = amounts(fields.get("by-ops"));
        Map<ByteBuffer, Long> byBytes = amounts(fields.get("by-net-bytes"));
        List<HotKey> keys = new ArrayList<>();
        byOps.forEach((key, ops) -> keys.add(new HotKey(key.array(), ops, byBytes.remove(key))));
        byBytes.forEach((key, bytes) -> keys.add(new HotKey(key.array(), null, bytes)));
        return new Search(
                number(fields, "collection-duration-ms"),
                number(fields, "total-ops"),
                number(fields, "total-net-bytes"),
                keys);
    }

    private static Map<ByteBuffer, Long> amounts(@Nullable RespValue list) {
        Map<ByteBuffer, Long> amounts = new LinkedHashMap<>();
        List<RespValue> items = list == null ? List.of() : items(list);
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (items.get(i) instanceof RespValue.Bulk key && items.get(i + 1) instanceof RespValue.Int amount) {
                amounts.put(ByteBuffer.wrap(key.bytes()), amount.value());
            }
        }
        return amounts;
    }

    private static Map<String, RespValue> fields(RespValue map) {
        Map<String, RespValue> fields = new HashMap<>();
        List<RespValue> items = items(map);
        for (int i = 0; i + 1 < items.size(); i += 2) {
            fields.put(items.get(i).asText(), items.get(i + 1));
        }
        return fields;
    }

    private static List<RespValue> items(RespValue value) {
        return value instanceof RespValue.Array array ? array.items() : List.of();
    }

    private static long number(Map<String, RespValue> fields, String name) {
        return fields.get(name) instanceof RespValue.Int number ? number.value() : 0;
    }

    private static RespClientException unexpected(String command) {
        return new RespClientException(
                RespClientException.Reason.PROTOCOL, "its reply to " + command + " is not understood");
    }
}
