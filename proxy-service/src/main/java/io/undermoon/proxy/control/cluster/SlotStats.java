package io.undermoon.proxy.control.cluster;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.SlotKeys;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.SlotUsage;
import io.undermoon.proxy.usage.SlotUsage.Figure;
import io.undermoon.proxy.usage.Usage;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLUSTER SLOT-STATS}: the keys of the slots behind this proxy, and what clients have used of them, if that is
 * counted. The node has no index by slot, so all its keys are counted for a reply; see {@link SlotKeys#countAll}.
 */
public final class SlotStats {
    private static final String KEY_COUNT = "key-count";

    private final TopologyStore topology;
    private final SlotKeys keys;
    private final Usage usage;

    public SlotStats(TopologyStore topology, SlotKeys keys, Usage usage) {
        this.topology = topology;
        this.keys = keys;
        this.usage = usage;
    }

    public void register(HandlerTable table) {
        table.later("cluster|slot-stats", (frame, client, out) -> answer(frame, client));
    }

    /** What is shown beside the number of keys, under the names of Redis and one of our own. */
    private enum Shown {
        CPU("cpu-usec", Figure.MICROS),
        IN("network-bytes-in", Figure.BYTES_IN),
        OUT("network-bytes-out", Figure.BYTES_OUT),
        OPS("ops", Figure.OPS);

        private final String text;
        private final Figure figure;

        Shown(String text, Figure figure) {
            this.text = text;
            this.figure = figure;
        }
    }

    /** The slots that are asked for, in their order. */
    private interface Choice {
        List<Row> of(List<Row> rows);
    }

    /**
     * A slot.
     *
     * @param used null if it is not counted
     */
    private record Row(int slot, long keys, @Nullable SlotUsage used) {
        long get(Figure figure) {
            return requireNonNull(used, "used").get(slot, figure);
        }
    }

    private CompletionStage<ByteBuf> answer(CommandFrame frame, Client client) {
        Choice choice = choice(frame);
        Protocol protocol = client.protocol();
        return rows(client.role())
                .thenApply(rows -> Replies.of(out -> write(choice.of(rows), protocol, out)))
                .exceptionally(problem -> Replies.of(
                        out -> RespWriter.error(out, NodeException.of(problem).errorText())));
    }

    private Choice choice(CommandFrame frame) {
        if (frame.argumentCount() == 5 && frame.argumentIs(2, "SLOTSRANGE")) {
            int first = slot(frame, 3);
            int last = slot(frame, 4);
            if (first > last) {
                throw new ErrorReplyException(
                        "ERR Start slot number " + first + " is greater than end slot number " + last);
            }
            return rows -> rows.stream()
                    .filter(row -> row.slot() >= first && row.slot() <= last)
                    .toList();
        }
        if (frame.argumentCount() >= 4 && frame.argumentIs(2, "ORDERBY")) {
            return ordered(frame);
        }
        throw new ErrorReplyException("ERR unknown subcommand or wrong number of arguments for '" + frame.argument(1)
                + "'. Try CLUSTER HELP.");
    }

    static int slot(CommandFrame frame, int argument) {
        String error = "ERR Invalid or out of range slot";
        long slot = Arguments.integer(frame, argument, error);
        if (slot < 0 || slot >= Slot.COUNT) {
            throw new ErrorReplyException(error);
        }
        return (int) slot;
    }

    private Choice ordered(CommandFrame frame) {
        ToLongFunction<Row> metric = metric(frame);
        long limit = Slot.COUNT;
        boolean isDescending = true;
        int limits = 0;
        int directions = 0;
        for (int i = 4; i < frame.argumentCount(); i++) {
            if (frame.argumentIs(i, "LIMIT") && i + 1 < frame.argumentCount()) {
                String error = "ERR Limit has to lie in between 1 and 16384 (maximum number of slots).";
                limit = Arguments.integer(frame, ++i, error);
                if (limit < 1 || limit > Slot.COUNT) {
                    throw new ErrorReplyException(error);
                }
                limits++;
            } else if (frame.argumentIs(i, "ASC") || frame.argumentIs(i, "DESC")) {
                isDescending = frame.argumentIs(i, "DESC");
                directions++;
            } else {
                throw new ErrorReplyException("ERR syntax error");
            }
            if (limits > 1 || directions > 1) {
                throw new ErrorReplyException("ERR Multiple filters of the same type are disallowed.");
            }
        }
        Comparator<Row> order = Comparator.comparingLong(metric);
        Comparator<Row> comparator = (isDescending ? order.reversed() : order).thenComparingInt(Row::slot);
        long most = limit;
        return rows -> rows.stream().sorted(comparator).limit(most).toList();
    }

    private ToLongFunction<Row> metric(CommandFrame frame) {
        String name = frame.argument(3);
        if (name.equalsIgnoreCase(KEY_COUNT)) {
            return Row::keys;
        }
        for (Shown shown : Shown.values()) {
            if (usage.countsSlots() && name.equalsIgnoreCase(shown.text)) {
                return row -> row.used() == null ? 0 : row.get(shown.figure);
            }
        }
        throw new ErrorReplyException("ERR Unrecognized sort metric for ORDERBY.");
    }

    /** The slots behind this proxy, ascending. */
    private CompletionStage<List<Row>> rows(Role role) {
        RouteTable routes = topology.current(role).routes();
        Map<Endpoint, CompletableFuture<int[]>> counts = new HashMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (routes.settledOwner(slot) instanceof Target.Local local) {
                counts.computeIfAbsent(local.node(), node -> keys.countAll(node).toCompletableFuture());
            }
        }
        CompletionStage<@Nullable SlotUsage> used =
                usage.countsSlots() ? usage.slots(role).thenApply(sum -> sum) : CompletableFuture.completedFuture(null);
        return CompletableFuture.allOf(counts.values().toArray(new CompletableFuture<?>[0]))
                .thenCombine(used, (done, sum) -> rows(routes, counts, sum));
    }

    private static List<Row> rows(
            RouteTable routes, Map<Endpoint, CompletableFuture<int[]>> counts, @Nullable SlotUsage used) {
        List<Row> rows = new ArrayList<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (routes.settledOwner(slot) instanceof Target.Local local) {
                int[] keys = requireNonNull(counts.get(local.node()), "counts").join();
                rows.add(new Row(slot, keys[slot], used));
            }
        }
        return rows;
    }

    private static void write(List<Row> rows, Protocol protocol, ByteBuf out) {
        RespWriter.array(out, rows.size());
        for (Row row : rows) {
            RespWriter.array(out, 2);
            RespWriter.integer(out, row.slot());
            boolean isCounted = row.used() != null;
            RespWriter.map(out, protocol, isCounted ? 1 + Shown.values().length : 1);
            RespWriter.bulk(out, KEY_COUNT);
            RespWriter.integer(out, row.keys());
            if (isCounted) {
                for (Shown shown : Shown.values()) {
                    RespWriter.bulk(out, shown.text);
                    RespWriter.integer(out, row.get(shown.figure));
                }
            }
        }
    }
}
