package io.undermoon.proxy.control.config;

import io.netty.buffer.ByteBuf;
import io.undermoon.glob.GlobPattern;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.info.ResettableStats;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CONFIG}: options of the proxy, in the format of Redis 7. */
public final class ConfigCommands {
    private static final String HELP = """
            GET <pattern>
                Return parameters matching the glob-like <pattern> and their values.
            SET <directive> <value>
                Set the configuration <directive> to <value>.
            RESETSTAT
                Reset statistics reported by the INFO command.
            """;

    private final ConfigOptions options;
    private final ResettableStats stats;
    private final NodeAdmin nodes;

    public ConfigCommands(ConfigOptions options, ResettableStats stats, NodeAdmin nodes) {
        this.nodes = nodes;
        this.options = options;
        this.stats = stats;
    }

    public void register(HandlerTable table) {
        table.later("config|get", this::get)
                .later("config|set", this::set)
                .later("config|resetstat", this::resetStat)
                .plain("config|help", Replies.help("CONFIG", HELP));
    }

    /** Shows the options of the proxy and, where administration of the nodes is allowed, other options of the nodes. */
    private @Nullable CompletionStage<ByteBuf> get(CommandFrame frame, Client client, ByteBuf out) {
        Protocol protocol = client.protocol();
        Map<String, String> own = new LinkedHashMap<>();
        List<GlobPattern> patterns =
                frame.arguments(2).stream().map(GlobPattern::ignoringCase).toList();
        for (ConfigOption option : options.all()) {
            if (patterns.stream().anyMatch(pattern -> pattern.matches(option.name()))) {
                own.put(option.name(), option.value().get());
            }
        }
        if (!nodes.isOn()) {
            write(own, protocol, out);
            return null;
        }
        return nodes.options(frame.arguments(2)).thenApply(ofNodes -> {
            ofNodes.forEach(own::putIfAbsent);
            return Replies.of(reply -> write(own, protocol, reply));
        });
    }

    private static void write(Map<String, String> values, Protocol protocol, ByteBuf out) {
        RespWriter.map(out, protocol, values.size());
        values.forEach((name, value) -> {
            RespWriter.bulk(out, name);
            RespWriter.bulk(out, value);
        });
    }

    /**
     * {@code CONFIG SET <option> <value> …}: sets all options or, if one value is wrong, none. Where administration of
     * the nodes is allowed, options that are not the proxy's are set at the nodes first; if a node refuses them,
     * nothing is set at the proxy. Nodes are set one by one: those that agreed keep the values.
     */
    private @Nullable CompletionStage<ByteBuf> set(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() % 2 != 0) {
            throw new ErrorReplyException(CommandErrors.SYNTAX);
        }
        List<String> ofNodes = nodes.isOn() ? notOwn(frame) : List.of();
        boolean setsOwn = 2 + ofNodes.size() < frame.argumentCount();
        if (setsOwn && Guard.refusesControl(client, out)) {
            return null;
        }
        List<Runnable> changes = changes(frame);
        if (ofNodes.isEmpty()) {
            changes.forEach(Runnable::run);
            Replies.ok(out);
            return null;
        }
        List<String> command = new ArrayList<>(frame.arguments(0).subList(0, 2));
        command.addAll(ofNodes);
        return nodes.setOptions(command, () -> changes.forEach(Runnable::run));
    }

    /** The options that are not the proxy's, each with its value. */
    private List<String> notOwn(CommandFrame frame) {
        List<String> others = new ArrayList<>();
        for (int i = 2; i < frame.argumentCount(); i += 2) {
            if (options.find(frame.argument(i)) == null) {
                others.addAll(List.of(frame.argument(i), frame.argument(i + 1)));
            }
        }
        return others;
    }

    /** What sets the options of the proxy, all values of which have been checked. */
    private List<Runnable> changes(CommandFrame frame) {
        List<Runnable> changes = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 2; i < frame.argumentCount(); i += 2) {
            ConfigOption option = options.find(frame.argument(i));
            if (option == null && nodes.isOn()) {
                continue;
            }
            if (option == null) {
                throw new ErrorReplyException(unknownOption(frame.argument(i)));
            }
            try {
                if (!seen.add(option.name())) {
                    throw new IllegalArgumentException("duplicate parameter");
                }
                changes.add(option.change().to(frame.argument(i + 1)));
            } catch (IllegalArgumentException e) {
                throw new ErrorReplyException("ERR CONFIG SET failed (possibly related to argument '"
                        + frame.argument(i) + "') - " + e.getMessage());
            }
        }
        return changes;
    }

    private static String unknownOption(String name) {
        return name.toLowerCase(Locale.ROOT).startsWith("cluster-")
                ? "ERR CONFIG SET failed (possibly related to argument '" + name + "') - the control plane runs the "
                        + "cluster; it goes by failure_ttl of the broker and node_failure_timeout of the coordinators"
                : "ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'";
    }

    private @Nullable CompletionStage<ByteBuf> resetStat(CommandFrame frame, Client client, ByteBuf out) {
        stats.reset();
        if (nodes.isOn()) {
            return nodes.replyOk(frame.arguments(0));
        }
        Replies.ok(out);
        return null;
    }
}
