package io.undermoon.proxy.control.nodes;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.NodeQuery.Answer;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Administration of the Redis nodes through the proxy, where {@code backend_admin_commands} allows it: {@code DEBUG},
 * {@code MEMORY}, {@code LATENCY}, and the forms of {@code CONFIG}, {@code INFO} and {@code SLOWLOG} for the nodes.
 *
 * <p>The reply is an array of address and reply of each node in turn. For commands whose only result is success it is
 * {@code +OK} when all nodes succeed, else an error that names those that failed.
 */
public final class NodeAdmin {
    /** The argument of {@code INFO} and {@code SLOWLOG GET} that selects the nodes. */
    public static final String NODES = "NODES";

    private static final String PURGE = "memory|purge";

    private final boolean isOn;
    private final NodeQuery query;

    public NodeAdmin(boolean isOn, NodeQuery query) {
        this.isOn = isOn;
        this.query = query;
    }

    public boolean isOn() {
        return isOn;
    }

    public void register(HandlerTable table, CommandTable commands) {
        table.later("debug", (frame, client, out) -> replyByNode(frame.arguments(0)));
        for (Command container : List.of(container(commands, "latency"), container(commands, "memory"))) {
            for (Command sub : container.subcommands()) {
                if (sub.policy() == Policy.LOCAL && !sub.name().equals(PURGE)) {
                    table.later(sub.name(), (frame, client, out) -> replyByNode(frame.arguments(0)));
                }
            }
        }
        table.later(PURGE, (frame, client, out) -> replyOk(frame.arguments(0)));
    }

    private static Command container(CommandTable commands, String name) {
        Command command = commands.find(name);
        if (command == null) {
            throw new IllegalStateException(name + " is not in the command table");
        }
        return command;
    }

    /** Runs a command on the nodes and replies with their replies. */
    public CompletionStage<ByteBuf> replyByNode(List<String> command) {
        return run(command, query::ask, NodeAdmin::writeByNode);
    }

    /** Runs a command on the nodes and replies with {@code OK} or an error. */
    public CompletionStage<ByteBuf> replyOk(List<String> command) {
        return run(command, query::ask, NodeAdmin::writeOk);
    }

    /** {@code UMCTL ADMIN <command>}: runs a command of a peer or an operator on the nodes of this proxy alone. */
    public CompletionStage<ByteBuf> forPeer(CommandFrame frame) {
        if (frame.argumentCount() < 3) {
            throw new ErrorReplyException("Invalid arguments");
        }
        return run(frame.arguments(2), query::askOwn, NodeAdmin::writeByNode);
    }

    /** The {@code INFO} of each node, after a heading with its address. */
    public CompletionStage<ByteBuf> info(List<String> sections) {
        List<String> command = new ArrayList<>(List.of("INFO"));
        command.addAll(sections);
        return run(command, query::ask, NodeAdmin::writeInfo);
    }

    /**
     * The options of the nodes, without passwords. Where nodes differ, the value lists all: {@code address=value …}.
     */
    public CompletionStage<Map<String, String>> options(List<String> patterns) {
        List<String> command = new ArrayList<>(List.of("CONFIG", "GET"));
        command.addAll(patterns);
        return query.ask(command).thenApply(NodeAdmin::merged);
    }

    private CompletionStage<ByteBuf> run(
            List<String> command,
            Function<List<String>, CompletionStage<List<Answer>>> query,
            BiConsumer<List<Answer>, ByteBuf> writer) {
        if (!isOn) {
            throw new ErrorReplyException("ERR '" + command.get(0).toLowerCase(Locale.ROOT)
                    + "' of the Redis nodes is not allowed through this proxy; it is with "
                    + "backend_admin_commands=true in "
                    + "its configuration");
        }
        AdminRules.check(command);
        return query.apply(command).thenApply(answers -> Replies.of(out -> writer.accept(answers, out)));
    }

    private static void writeByNode(List<Answer> answers, ByteBuf out) {
        RespWriter.map(out, Protocol.RESP2, answers.size());
        for (Answer answer : answers) {
            RespWriter.bulk(out, answer.node());
            answer.reply().write(out);
        }
    }

    private static void writeOk(List<Answer> answers, ByteBuf out) {
        List<String> problems = problems(answers);
        if (answers.isEmpty()) {
            RespWriter.error(out, "CLUSTERDOWN no node behind this proxy");
        } else if (problems.isEmpty()) {
            Replies.ok(out);
        } else {
            RespWriter.error(
                    out,
                    "ERR " + problems.size() + " of " + answers.size() + " nodes refused: "
                            + String.join("; ", problems));
        }
    }

    private static List<String> problems(List<Answer> answers) {
        return answers.stream()
                .filter(Answer::isError)
                .map(answer -> answer.node() + ": " + ((RespValue.Failure) answer.reply()).text())
                .toList();
    }

    private static void writeInfo(List<Answer> answers, ByteBuf out) {
        StringBuilder text = new StringBuilder();
        for (Answer answer : answers) {
            text.append("# Node ").append(answer.node()).append("\r\n");
            if (answer.reply() instanceof RespValue.Bulk info) {
                text.append(info.text());
            } else if (answer.reply() instanceof RespValue.Failure failure) {
                text.append("error:").append(failure.text()).append("\r\n");
            }
            text.append("\r\n");
        }
        RespWriter.bulk(out, text);
    }

    private static Map<String, String> merged(List<Answer> answers) {
        Map<String, Map<String, String>> byOption = new TreeMap<>();
        for (Answer answer : answers) {
            List<RespValue> items = answer.reply() instanceof RespValue.Array array ? array.items() : List.of();
            for (int i = 0; i + 1 < items.size(); i += 2) {
                if (items.get(i) instanceof RespValue.Bulk option && items.get(i + 1) instanceof RespValue.Bulk value) {
                    byOption.computeIfAbsent(option.text(), name -> new LinkedHashMap<>())
                            .put(answer.node(), value.text());
                }
            }
        }
        Map<String, String> merged = new TreeMap<>();
        byOption.forEach((option, values) -> merged.put(option, value(values)));
        return merged;
    }

    private static String value(Map<String, String> byNode) {
        if (byNode.values().stream().distinct().count() == 1) {
            return byNode.values().iterator().next();
        }
        return String.join(
                " ",
                byNode.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
    }
}
