package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.undermoon.glob.GlobPattern;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * {@code PUBSUB}: about the clients of this proxy alone, as a node of Redis Cluster tells only of its own. {@link
 * ClusterReports} merges the reports of all proxies.
 */
final class PubSubReports {
    private static final String HELP = """
            PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
            CHANNELS [<pattern>]
                Return the currently active channels matching a <pattern> (default: '*').
            NUMPAT
                Return number of subscriptions to patterns.
            NUMSUB [<channel> ...]
                Return the number of subscribers for the specified channels, excluding
                pattern subscriptions(default: no channels).
            SHARDCHANNELS [<pattern>]
                Return the currently active shard level channels matching a <pattern> (default: '*').
            SHARDNUMSUB [<shardchannel> ...]
                Return the number of subscribers for the specified shard level channel(s)
            HELP
                Prints this help.
            """;

    /** Libraries that get an answer from these take it that there are shard channels. */
    private static final Set<String> OF_SHARD_CHANNELS = Set.of("shardchannels", "shardnumsub");

    private final SubscriptionCounts counts;
    private final CommandCatalog commands;

    PubSubReports(SubscriptionCounts counts, CommandCatalog commands) {
        this.counts = counts;
        this.commands = commands;
    }

    void write(Command command, CommandFrame frame, ByteBuf out) {
        if (OF_SHARD_CHANNELS.contains(command.simpleName()) && commands.isMissing("ssubscribe")) {
            // As servers without shard channels say it.
            RespWriter.error(
                    out,
                    "ERR Unknown subcommand or wrong number of arguments for '" + frame.argument(1)
                            + "'. Try PUBSUB HELP.");
            return;
        }
        switch (command.simpleName()) {
            case "channels" -> channels(SubscriptionKind.CHANNEL, frame, out);
            case "shardchannels" -> channels(SubscriptionKind.SHARD, frame, out);
            case "numsub" -> subscribers(SubscriptionKind.CHANNEL, frame, out);
            case "shardnumsub" -> subscribers(SubscriptionKind.SHARD, frame, out);
            case "numpat" ->
                RespWriter.integer(out, counts.all(SubscriptionKind.PATTERN).size());
            case "help" -> {
                List<String> lines = HELP.lines().toList();
                RespWriter.array(out, lines.size());
                lines.forEach(line -> RespWriter.simple(out, line));
            }
            default -> throw new IllegalStateException("command " + command + " is not about subscriptions");
        }
    }

    private void channels(SubscriptionKind kind, CommandFrame frame, ByteBuf out) {
        if (frame.argumentCount() > 3) {
            RespWriter.error(
                    out,
                    "ERR unknown subcommand or wrong number of arguments for '" + frame.argument(1)
                            + "'. Try PUBSUB HELP.");
            return;
        }
        List<ChannelName> names = counts.all(kind);
        if (frame.argumentCount() == 3) {
            GlobPattern pattern = GlobPattern.ofCase(new String(frame.argumentBytes(2), StandardCharsets.ISO_8859_1));
            names = names.stream().filter(name -> pattern.matches(name.text())).toList();
        }
        RespWriter.array(out, names.size());
        names.forEach(name -> name.writeTo(out));
    }

    private void subscribers(SubscriptionKind kind, CommandFrame frame, ByteBuf out) {
        RespWriter.array(out, 2 * (frame.argumentCount() - 2));
        for (int i = 2; i < frame.argumentCount(); i++) {
            ChannelName name = new ChannelName(kind, frame.argumentBytes(i));
            name.writeTo(out);
            RespWriter.integer(out, counts.of(name));
        }
    }
}
