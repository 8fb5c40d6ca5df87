package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table, the key finder, the replies and the errors against a real Redis 7.0. */
class CommandTableIT {
    private static RedisServerProcess server;
    private static RespConnection redis;

    private final CommandTable table = CommandTable.load();
    private final CommandReplies replies = new CommandReplies(table);

    @BeforeAll
    static void start() {
        server = RedisServerProcess.startVersion70();
        redis = server.connect();
    }

    @AfterAll
    static void stop() {
        redis.close();
        server.close();
    }

    @Test
    void the_section_of_redis_7_is_what_the_server_says() {
        List<String> lines = ServerCommandLines.of(redis.call("COMMAND"));
        List<String> ours = resource().filter(CommandTableIT::isCommand).toList();
        assertThat(ours.subList(0, lines.size())).isEqualTo(lines);
    }

    @Test
    void lines_are_sorted_within_their_section() {
        List<String> names = new ArrayList<>();
        resource().forEach(line -> {
            if (line.startsWith("# ===")) {
                names.clear();
            } else if (isCommand(line)) {
                names.add(line.substring(0, line.indexOf(' ')));
                assertThat(names).isSorted();
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> keys_are_those_that_the_server_finds() {
        return GetKeysSamples.COMMANDS
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> dynamicTest(line, () -> {
                    String[] inner = line.split(" ");
                    for (String subcommand : List.of("GETKEYS", "GETKEYSANDFLAGS")) {
                        String[] command = concat(new String[] {"COMMAND", subcommand}, inner);
                        CommandFrame frame = Frames.of(command);
                        RespValue ours = read(out -> {
                            Command outer = table.find("command|" + subcommand);
                            if (!outer.arityMatches(frame.argumentCount())) {
                                CommandErrors.wrongArity(outer, out);
                            } else if (subcommand.equals("GETKEYS")) {
                                replies.getKeys(frame, out);
                            } else {
                                replies.getKeysAndFlags(frame, Protocol.RESP2, out);
                            }
                        });
                        assertThat(ours).as(subcommand).isEqualTo(redis.call(command));
                    }
                }));
    }

    @Test
    void details_have_the_shape_of_the_server() {
        int compared = 0;
        for (Command command : table.all()) {
            RespValue theirs = only(redis.call("COMMAND", "INFO", command.name()));
            if (command.isContainer() || theirs == RespValue.Null.BULK) {
                continue;
            }
            RespValue ours =
                    only(read(out -> replies.info(Frames.of("COMMAND", "INFO", command.name()), Protocol.RESP2, out)));
            assertThat(ours).as(command.name()).isEqualTo(withoutNotes(theirs));
            compared++;
        }
        assertThat(compared).isGreaterThan(150);
    }

    @Test
    void what_is_refused_is_told_of_and_what_is_unknown_is_not() {
        CommandFrame frame = Frames.of("COMMAND", "INFO", "nothing", "shutdown", "GET");
        RespValue.Array reply = (RespValue.Array) read(out -> replies.info(frame, Protocol.RESP2, out));
        assertThat(reply.items().get(0)).isEqualTo(RespValue.Null.BULK);
        assertThat(reply.items().subList(1, 3)).hasOnlyElementsOfType(RespValue.Array.class);
        assertThat(only(redis.call("COMMAND", "INFO", "nothing"))).isEqualTo(RespValue.Null.BULK);
        RespValue.Array all = (RespValue.Array) read(out -> replies.all(Protocol.RESP2, out));
        assertThat(read(replies::count)).isEqualTo(new RespValue.Int(all.items().size()));
        assertThat(read(out -> replies.info(Frames.of("COMMAND", "INFO"), Protocol.RESP2, out)))
                .isEqualTo(all);
    }

    @Test
    void lists_are_filtered_as_the_server_filters() {
        for (String filter : List.of(
                "PATTERN xr*",
                "PATTERN *S?T[a-m]*",
                "PATTERN h[^a-m]*",
                "ACLCAT geo",
                "ACLCAT none",
                "MODULE m",
                "PATTERN *")) {
            String[] command = concat(new String[] {"COMMAND", "LIST", "FILTERBY"}, filter.split(" "));
            Set<RespValue> theirs = new HashSet<>(((RespValue.Array) redis.call(command)).items());
            Set<RespValue> ours =
                    new HashSet<>(((RespValue.Array) read(out -> replies.list(Frames.of(command), out))).items());
            ours.removeIf(name -> redis.call("COMMAND", "INFO", ((RespValue.Bulk) name).text())
                    .equals(new RespValue.Array(List.of(RespValue.Null.BULK))));
            assertThat(ours).as(filter).isEqualTo(theirs);
        }
        for (String command : List.of("COMMAND LIST x", "COMMAND LIST FILTERBY x y", "COMMAND LIST FILTERBY PATTERN")) {
            assertThat(read(out -> replies.list(Frames.ofWords(command), out)))
                    .isEqualTo(redis.call(command.split(" ")));
        }
    }

    @Test
    void unknown_commands_are_refused_in_the_words_of_the_server() {
        for (String[] command : new String[][] {
            {"foo"},
            {"foo", "a", "b"},
            {"foo", ""},
            {"f".repeat(200), "a".repeat(100), "b".repeat(100), "c"},
            {"foo", "a".repeat(128), "b"},
            {"foo", "a".repeat(124), "b", "c"},
            {"foo", "a".repeat(125), "b", "c"},
            {"f\r\noo", "line\r\nbreak", "zero\0byte", "c"},
            {"füü", "é".repeat(40)}
        }) {
            assertThat(read(out -> CommandErrors.unknownCommand(Frames.of(command), out)))
                    .isEqualTo(redis.call(command));
        }
    }

    @Test
    void unknown_subcommands_and_wrong_arity_are_refused_in_the_words_of_the_server() {
        for (String[] command : new String[][] {{"client", "x"}, {"OBJECT", "x".repeat(300)}, {"XINFO", "a\r\nb"}}) {
            CommandFrame frame = Frames.of(command);
            assertThat(read(out -> CommandErrors.unknownSubcommand(table.find(frame), frame, out)))
                    .isEqualTo(redis.call(command));
        }
        for (String name : List.of("get", "client", "client|setname", "xgroup|create")) {
            assertThat(read(out -> CommandErrors.wrongArity(table.find(name), out)))
                    .isEqualTo(redis.call(name.split("\\|")));
        }
    }

    /** The reply without the remarks of Redis on its key specs; the table does not hold them. */
    private static RespValue withoutNotes(RespValue value) {
        if (!(value instanceof RespValue.Array array)) {
            return value;
        }
        List<RespValue> items = new ArrayList<>();
        for (int i = 0; i < array.items().size(); i++) {
            if (i == 0 && array.items().get(0).equals(new RespValue.Bulk("notes"))) {
                i++;
            } else {
                items.add(withoutNotes(array.items().get(i)));
            }
        }
        return new RespValue.Array(items);
    }

    private static RespValue only(RespValue array) {
        return ((RespValue.Array) array).items().get(0);
    }

    private static RespValue read(Consumer<ByteBuf> write) {
        ByteBuf out = Unpooled.buffer();
        write.accept(out);
        RespValue value = new RespReader(RespLimits.CONTROL).read(out);
        assertThat(out.isReadable()).isFalse();
        return value;
    }

    private static boolean isCommand(String line) {
        return !line.isBlank() && !line.startsWith("#");
    }

    private static Stream<String> resource() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                CommandTable.class.getResourceAsStream("commands.txt"), StandardCharsets.UTF_8))) {
            return reader
                    .lines()
                    .map(line -> line.startsWith("#") ? line : line.replaceAll("\\s+", " "))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String[] concat(String[] first, String[] second) {
        String[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
