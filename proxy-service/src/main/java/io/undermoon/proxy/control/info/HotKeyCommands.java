package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.HotKeyReport;
import io.undermoon.proxy.usage.HotKeyReport.HotKey;
import io.undermoon.proxy.usage.HotKeySession;
import io.undermoon.proxy.usage.HotKeySession.Metric;
import io.undermoon.proxy.usage.Usage;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.time.Duration;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code HOTKEYS}: searches for the keys behind this proxy that clients use most, with the words and the reply of Redis
 * 8.6, and the metric {@code OPS} beside those of Redis.
 */
public final class HotKeyCommands {
    private static final String HELP = """
            START METRICS <count> [CPU] [NET] [OPS] [COUNT <k>] [DURATION <seconds>] [SAMPLE <ratio>] [SLOTS <count> <slot> ...]
                Begin to search for hot keys of this proxy.
                CPU is the time between commands and their replies, NET bytes of commands and replies, OPS commands.
                Without SAMPLE, as many commands are looked at as can be borne.
            STOP
                End the search. Its results remain.
            GET
                Return what has been found.
            RESET
                Forget what has been found.
            """;

    private static final int DEFAULT_COUNT = 10;
    private static final int MAX_COUNT = 64;
    private static final int MAX_SECONDS = 1_000_000;
    private static final int MAX_METRICS = Metric.values().length;

    private final TopologyStore topology;
    private final Usage usage;
    private volatile Duration cpuAtStart = Duration.ZERO;

    public HotKeyCommands(TopologyStore topology, Usage usage) {
        this.topology = topology;
        this.usage = usage;
    }

    public void register(HandlerTable table) {
        table.on("hotkeys|start", this::start)
                .on("hotkeys|stop", (frame, client, out) -> {
                    if (usage.stop()) {
                        Replies.ok(out);
                    } else {
                        RespWriter.nullValue(out, client.protocol());
                    }
                })
                .later("hotkeys|get", (frame, client, out) -> get(client))
                .plain("hotkeys|reset", out -> {
                    if (!usage.reset()) {
                        throw new ErrorReplyException("ERR hotkey tracking session in progress, stop tracking first");
                    }
                    Replies.ok(out);
                })
                .plain("hotkeys|help", Replies.help("HOTKEYS", HELP));
    }

    private void start(CommandFrame frame, Client client, ByteBuf out) {
        HotKeySession session =
                new Options(frame, topology.current(client.role()).routes()).session();
        Duration cpu = cpu();
        if (!usage.start(session)) {
            throw new ErrorReplyException("ERR hotkey tracking session already in progress");
        }
        cpuAtStart = cpu;
        Replies.ok(out);
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** The arguments of {@code HOTKEYS START}. */
    private static final class Options {
        private final CommandFrame frame;
        private final RouteTable routes;
        private final Set<Metric> metrics = EnumSet.noneOf(Metric.class);
        private int count = DEFAULT_COUNT;
        private int seconds;
        private int sampleRatio;
        private @Nullable BitSet slots;

        Options(CommandFrame frame, RouteTable routes) {
            this.frame = frame;
            this.routes = routes;
        }

        HotKeySession session() {
            int at = metrics();
            while (at < frame.argumentCount()) {
                if (at + 1 == frame.argumentCount()) {
                    throw new ErrorReplyException("ERR syntax error");
                }
                at = option(at);
            }
            return new HotKeySession(
                    metrics,
                    count,
                    sampleRatio,
                    slots,
                    System.currentTimeMillis(),
                    System.nanoTime(),
                    TimeUnit.SECONDS.toNanos(seconds));
        }

        /** Returns where the options begin. */
        private int metrics() {
            if (frame.argumentCount() < 4 || !frame.argumentIs(2, "METRICS")) {
                throw new ErrorReplyException("ERR METRICS parameter is required");
            }
            int number = integer(3, 1, MAX_METRICS, "METRICS count must be > 0 and <= " + MAX_METRICS);
            if (4 + number > frame.argumentCount()) {
                throw new ErrorReplyException("ERR METRICS count does not match number of metric types provided");
            }
            for (int i = 4; i < 4 + number; i++) {
                Metric metric = metric(frame.argument(i).toUpperCase(Locale.ROOT));
                if (!metrics.add(metric)) {
                    throw new ErrorReplyException("ERR METRICS " + metric + " defined more than once!");
                }
            }
            return 4 + number;
        }

        private static Metric metric(String name) {
            for (Metric metric : Metric.values()) {
                if (metric.name().equals(name)) {
                    return metric;
                }
            }
            throw new ErrorReplyException("ERR METRICS '" + name + "' is not supported. Supported: CPU|NET|OPS");
        }

        /** Returns where the next option begins. */
        private int option(int at) {
            if (frame.argumentIs(at, "COUNT")) {
                count = integer(at + 1, 1, MAX_COUNT, "COUNT must be between 1 and " + MAX_COUNT);
            } else if (frame.argumentIs(at, "DURATION")) {
                seconds = integer(at + 1, 1, MAX_SECONDS, "DURATION must be between 1 and " + MAX_SECONDS);
            } else if (frame.argumentIs(at, "SAMPLE")) {
                sampleRatio = integer(at + 1, 1, Integer.MAX_VALUE, "SAMPLE ratio must be positive");
            } else if (frame.argumentIs(at, "SLOTS")) {
                return slots(at + 1);
            } else {
                throw new ErrorReplyException("ERR syntax error");
            }
            return at + 2;
        }

        private int slots(int at) {
            if (slots != null) {
                throw new ErrorReplyException("ERR SLOTS parameter already specified");
            }
            int number = integer(at, 1, Slot.COUNT, "SLOTS count must be between 1 and " + Slot.COUNT);
            if (at + number >= frame.argumentCount()) {
                throw new ErrorReplyException("ERR not enough slot numbers provided");
            }
            BitSet chosen = new BitSet(Slot.COUNT);
            for (int i = at + 1; i <= at + number; i++) {
                int slot = integer(i, 0, Slot.COUNT - 1, "Invalid or out of range slot");
                if (!(routes.settledOwner(slot) instanceof Target.Local)) {
                    throw new ErrorReplyException("ERR slot " + slot + " not handled by this node");
                }
                if (chosen.get(slot)) {
                    throw new ErrorReplyException("ERR duplicate slot number");
                }
                chosen.set(slot);
            }
            slots = chosen;
            return at + number + 1;
        }

        private int integer(int argument, int min, int max, String error) {
            long value = Arguments.integer(frame, argument, "ERR " + error);
            if (value < min || value > max) {
                throw new ErrorReplyException("ERR " + error);
            }
            return (int) value;
        }
    }

    private CompletionStage<ByteBuf> get(Client client) {
        Protocol protocol = client.protocol();
        RouteTable routes = topology.current(client.role()).routes();
        return usage.found()
                .thenApply(report -> Replies.of(out -> {
                    if (report == null) {
                        RespWriter.nullValue(out, protocol);
                    } else {
                        write(report, routes, protocol, out);
                    }
                }));
    }

    private void write(HotKeyReport report, RouteTable routes, Protocol protocol, ByteBuf out) {
        HotKeySession session = report.session();
        BitSet chosen = session.slots();
        Set<Metric> metrics = session.metrics();
        int fields = 7
                + (chosen == null ? 0 : 2)
                + (metrics.contains(Metric.CPU) ? 3 : 0)
                + (metrics.contains(Metric.NET) ? 2 : 0)
                + (metrics.contains(Metric.OPS) ? 2 : 0);
        RespWriter.array(out, 1);
        RespWriter.map(out, protocol, fields);
        field(out, "tracking-active", report.isActive() ? 1 : 0);
        field(out, "sample-ratio", report.sampleRatio());
        RespWriter.bulk(out, "selected-slots");
        ranges(chosen == null ? own(routes) : chosen, out);
        if (chosen != null) {
            field(out, "all-commands-selected-slots-us", report.microsInSlots());
        }
        field(out, "all-commands-all-slots-us", report.micros());
        if (chosen != null) {
            field(out, "net-bytes-all-commands-selected-slots", report.bytesInSlots());
        }
        field(out, "net-bytes-all-commands-all-slots", report.bytes());
        field(out, "collection-start-time-unix-ms", session.startMillis());
        field(out, "collection-duration-ms", report.durationMillis());
        if (metrics.contains(Metric.CPU)) {
            // The JDK reports only the sum of both.
            field(out, "total-cpu-time-user-ms", cpu().minus(cpuAtStart).toMillis());
            field(out, "total-cpu-time-sys-ms", 0);
        }
        if (metrics.contains(Metric.NET)) {
            field(out, "total-net-bytes", report.bytesInSlots());
        }
        if (metrics.contains(Metric.OPS)) {
            field(out, "total-ops", report.commands());
        }
        keys(report, Metric.CPU, "by-cpu-time-us", out);
        keys(report, Metric.NET, "by-net-bytes", out);
        keys(report, Metric.OPS, "by-ops", out);
    }

    private static void field(ByteBuf out, String name, long value) {
        RespWriter.bulk(out, name);
        RespWriter.integer(out, value);
    }

    private static void keys(HotKeyReport report, Metric metric, String name, ByteBuf out) {
        List<HotKey> keys = report.keys().get(metric);
        if (keys == null) {
            return;
        }
        RespWriter.bulk(out, name);
        RespWriter.array(out, 2 * keys.size());
        for (HotKey key : keys) {
            RespWriter.bulk(out, key.key());
            RespWriter.integer(out, key.amount());
        }
    }

    private static BitSet own(RouteTable routes) {
        BitSet own = new BitSet(Slot.COUNT);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            own.set(slot, routes.settledOwner(slot) instanceof Target.Local);
        }
        return own;
    }

    /** Each range as an array of its ends, or of its only slot. */
    private static void ranges(BitSet slots, ByteBuf out) {
        int count = 0;
        for (int from = slots.nextSetBit(0); from >= 0; from = slots.nextSetBit(slots.nextClearBit(from))) {
            count++;
        }
        RespWriter.array(out, count);
        for (int from = slots.nextSetBit(0); from >= 0; from = slots.nextSetBit(slots.nextClearBit(from))) {
            int last = slots.nextClearBit(from) - 1;
            RespWriter.array(out, last == from ? 1 : 2);
            RespWriter.integer(out, from);
            if (last != from) {
                RespWriter.integer(out, last);
            }
        }
    }
}
