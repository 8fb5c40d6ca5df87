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
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Administration of the Redis nodes through the proxy, where {@code backend_admin_commands} allows it: {@code DEBUG},
 * {@code MEMORY}, {@code LATENCY}, and the forms of {@code CONFIG}, {@code INFO} and {@code SLOWLOG} for the nodes.
 *
 * <p>{@code MEMORY STATS} and {@code MEMORY DOCTOR} tell no more than {@code INFO}: they are always answered, about the
 * masters behind this proxy together.
 *
 * <p>The reply to others is an array of address and reply of each node in turn. For commands whose only result is
 * success it is {@code +OK} when all nodes succeed, else an error that names those that failed.
 */
public final class NodeAdmin {
    /** The argument of {@code INFO} and {@code SLOWLOG GET} that selects the nodes. */
    public static final String NODES = "NODES";

    private static final String PURGE = "memory|purge";

    /** Answered from the proxy's own figures. */
    private static final String HISTOGRAM = "latency|histogram";

    /** The commands whose replies by several nodes are merged to one in the shape of Redis. */
    private static final Map<String, BiConsumer<List<Answer>, ByteBuf>> MERGED = Map.of(
            "latency|latest", LatencyReplies::latest,
            "latency|history", LatencyReplies::history,
            "latency|reset", LatencyReplies::reset);

    private static final String DOCTOR = "memory|doctor";
    private static final String STATS = "memory|stats";

    private static final Set<String> NOT_BY_NODE = Set.of(PURGE, HISTOGRAM, DOCTOR, STATS);
    private static final String NO_NODE = "CLUSTERDOWN no node behind this proxy";

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
        table.later("debug", (frame, client, out) -> debug(frame, client.protocol()));
        table.later("pfdebug", (frame, client, out) -> replyOfOwner(frame, client.protocol()));
        table.later("pfselftest", (frame, client, out) -> replyOfAny(frame, client.protocol()));
        for (Command container : List.of(container(commands, "latency"), container(commands, "memory"))) {
            for (Command sub : container.subcommands()) {
                if (sub.policy() == Policy.LOCAL && !NOT_BY_NODE.contains(sub.name())) {
                    BiConsumer<List<Answer>, ByteBuf> writer = MERGED.getOrDefault(sub.name(), NodeAdmin::writeByNode);
                    table.later(sub.name(), (frame, client, out) -> run(frame.arguments(0), query::ask, writer));
                }
            }
        }
        table.later(PURGE, (frame, client, out) -> replyOk(frame.arguments(0)));
        table.later(
                STATS,
                (frame, client, out) -> replyOfMasters(
                        frame, (answers, reply) -> MemoryReplies.stats(answers, client.protocol(), reply)));
        table.later(
                DOCTOR,
                (frame, client, out) -> replyOfMasters(
                        frame, (answers, reply) -> MemoryReplies.doctor(answers, client.protocol(), reply)));
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

    /**
     * {@code DEBUG}: about a key at the master of its slot, about nothing of a node's at any node, a setting at all
     * nodes, else the replies of all nodes.
     */
    private CompletionStage<ByteBuf> debug(CommandFrame frame, Protocol protocol) {
        return switch (AdminRules.scopeOfDebug(frame.argument(1))) {
            case KEY -> replyOfOwner(frame, protocol);
            case ANY_NODE -> replyOfAny(frame, protocol);
            case SETTING -> replyOk(frame.arguments(0));
            case EVERY_NODE -> replyByNode(frame.arguments(0));
        };
    }

    /** Runs a command about the key in argument 2 at the master of its slot. */
    private CompletionStage<ByteBuf> replyOfOwner(CommandFrame frame, Protocol protocol) {
        if (frame.argumentCount() < 3) {
            return replyOfAny(frame, protocol);
        }
        int slot = Slot.of(frame.buffer(), frame.argumentStart(2), frame.argumentLength(2));
        return run(frame.arguments(0), command -> query.askOwner(slot, protocol, command), NodeAdmin::writeFirst);
    }

    /** Runs a command at one node, as it has the same reply at each. */
    private CompletionStage<ByteBuf> replyOfAny(CommandFrame frame, Protocol protocol) {
        return run(frame.arguments(0), command -> query.askAny(protocol, command), NodeAdmin::writeFirst);
    }

    /** Runs a command at the masters behind this proxy and merges their replies, of which none is an error. */
    private CompletionStage<ByteBuf> replyOfMasters(CommandFrame frame, BiConsumer<List<Answer>, ByteBuf> merge) {
        return query.askMasters(frame.arguments(0))
                .thenApply(answers -> Replies.of(out -> {
                    List<Answer> replies =
                            answers.stream().filter(answer -> !answer.isError()).toList();
                    if (replies.isEmpty()) {
                        writeFirst(answers, out);
                    } else {
                        merge.accept(replies, out);
                    }
                }));
    }

    /** Runs a command on the nodes and replies with {@code OK} or an error. */
    public CompletionStage<ByteBuf> replyOk(List<String> command) {
        return run(command, query::ask, NodeAdmin::writeOk);
    }

    /**
     * Runs a {@code CONFIG SET} on the nodes and replies with {@code OK} or an error.
     *
     * @param whenSet runs if all nodes have accepted it
     */
    public CompletionStage<ByteBuf> setOptions(List<String> command, Runnable whenSet) {
        return run(command, query::ask, (answers, out) -> {
            if (!answers.isEmpty() && answers.stream().noneMatch(Answer::isError)) {
                whenSet.run();
            }
            writeOk(answers, out);
        });
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
     * Servers before Redis 7.0 take one pattern at a time.
     */
    public CompletionStage<Map<String, String>> options(List<String> patterns) {
        CompletionStage<List<Answer>> all = CompletableFuture.completedStage(List.of());
        for (String pattern : patterns) {
            all = all.thenCombine(
                    query.ask(List.of("CONFIG", "GET", pattern)),
                    (before, more) ->
                            Stream.concat(before.stream(), more.stream()).toList());
        }
        return all.thenApply(NodeAdmin::merged);
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

    private static void writeFirst(List<Answer> answers, ByteBuf out) {
        if (answers.isEmpty()) {
            RespWriter.error(out, NO_NODE);
        } else {
            answers.get(0).reply().write(out);
        }
    }

    private static void writeOk(List<Answer> answers, ByteBuf out) {
        List<String> problems = problems(answers);
        if (answers.isEmpty()) {
            RespWriter.error(out, NO_NODE);
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
