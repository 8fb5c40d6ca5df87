package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * {@code LATENCY HISTOGRAM [command …]}: how long clients waited for the replies to their commands, from the arrival of
 * a command at the proxy to that of its reply, in the shape of Redis 7.
 */
public final class LatencyHistograms {
    private final CommandCatalog commands;
    private final ResettableStats stats;

    public LatencyHistograms(CommandCatalog commands, ResettableStats stats) {
        this.commands = commands;
        this.stats = stats;
    }

    public void register(HandlerTable table) {
        table.on("latency|histogram", this::write);
    }

    private void write(CommandFrame frame, Client client, ByteBuf out) {
        Protocol protocol = client.protocol();
        Map<String, long[]> called = new LinkedHashMap<>();
        for (Command command : wanted(frame)) {
            long[] replies = stats.latency(command.id());
            if (LongStream.of(replies).sum() > 0) {
                called.put(command.name(), replies);
            }
        }
        RespWriter.map(out, protocol, called.size());
        called.forEach((name, replies) -> {
            RespWriter.bulk(out, name);
            RespWriter.map(out, protocol, 2);
            RespWriter.bulk(out, "calls");
            RespWriter.integer(out, LongStream.of(replies).sum());
            RespWriter.bulk(out, "histogram_usec");
            histogram(replies, protocol, out);
        });
    }

    /** The named commands, with the sub-commands of containers; all of them when none is named. */
    private Set<Command> wanted(CommandFrame frame) {
        if (frame.argumentCount() == 2) {
            return new LinkedHashSet<>(commands.current().all());
        }
        Set<Command> wanted = new LinkedHashSet<>();
        for (String name : frame.arguments(2)) {
            Command command = commands.current().find(name);
            if (command != null) {
                wanted.add(command);
                wanted.addAll(command.subcommands());
            }
        }
        return wanted;
    }

    /** Upper bounds in microseconds, and how many replies took no longer; bounds that add nothing are left out. */
    private static void histogram(long[] replies, Protocol protocol, ByteBuf out) {
        RespWriter.map(
                out, protocol, (int) LongStream.of(replies).filter(n -> n > 0).count());
        long total = 0;
        for (int bucket = 0; bucket < replies.length; bucket++) {
            if (replies[bucket] > 0) {
                total += replies[bucket];
                RespWriter.integer(out, boundNanos(bucket) / 1000);
                RespWriter.integer(out, total);
            }
        }
    }

    /** The latency in microseconds that so many percent of the replies did not exceed. */
    static double percentileMicros(long[] replies, double percent) {
        double wanted = LongStream.of(replies).sum() * percent / 100;
        long total = 0;
        for (int bucket = 0; bucket < replies.length; bucket++) {
            total += replies[bucket];
            if (total >= wanted) {
                return boundNanos(bucket) / 1000.0;
            }
        }
        return boundNanos(replies.length - 1) / 1000.0;
    }

    private static long boundNanos(int bucket) {
        return 1024L << bucket;
    }
}
