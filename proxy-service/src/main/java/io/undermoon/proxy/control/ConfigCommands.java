package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.GlobPattern;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code CONFIG}: shapes and errors of Redis 7, options of the proxy. */
final class ConfigCommands {
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

    ConfigCommands(ConfigOptions options, ResettableStats stats) {
        this.options = options;
        this.stats = stats;
    }

    void register(HandlerTable table) {
        table.on("config|get", this::get)
                .on("config|set", this::set)
                .plain("config|resetstat", this::resetStat)
                .plain("config|help", Replies.help("CONFIG", HELP));
    }

    private void get(CommandFrame frame, Client client, ByteBuf out) {
        List<GlobPattern> patterns =
                frame.arguments(2).stream().map(GlobPattern::ignoringCase).toList();
        List<ConfigOption> chosen = options.all().stream()
                .filter(option -> patterns.stream().anyMatch(pattern -> pattern.matches(option.name())))
                .toList();
        RespWriter.map(out, client.protocol(), chosen.size());
        for (ConfigOption option : chosen) {
            RespWriter.bulk(out, option.name());
            RespWriter.bulk(out, option.value().get());
        }
    }

    /** A change that was found to be right and is not made yet. */
    private record Pending(ConfigOption.Change change, String value) {}

    /** {@code CONFIG SET <option> <value> …}: all of them or, if one is wrong, none. */
    private void set(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() % 2 != 0) {
            CommandErrors.syntax(out);
            return;
        }
        List<Pending> pending = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 2; i < frame.argumentCount(); i += 2) {
            ConfigOption option = options.find(frame.argument(i));
            if (option == null) {
                RespWriter.error(
                        out, "ERR Unknown option or number of arguments for CONFIG SET - '" + frame.argument(i) + "'");
                return;
            }
            String value = frame.argument(i + 1);
            String problem = seen.add(option.name()) ? problem(option.change(), value) : "duplicate parameter";
            ConfigOption.Change change = option.change();
            if (problem != null || change == null) {
                RespWriter.error(
                        out,
                        "ERR CONFIG SET failed (possibly related to argument '" + frame.argument(i) + "') - "
                                + problem);
                return;
            }
            pending.add(new Pending(change, value));
        }
        pending.forEach(one -> one.change().apply(one.value()));
        Replies.ok(out);
    }

    private static @Nullable String problem(ConfigOption.@Nullable Change change, String value) {
        return change == null ? "can't set immutable config" : change.problem(value);
    }

    private void resetStat(ByteBuf out) {
        stats.reset();
        Replies.ok(out);
    }
}
