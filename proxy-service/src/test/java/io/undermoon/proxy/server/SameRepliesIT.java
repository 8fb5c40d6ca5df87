package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.testsupport.FreePort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever talks to the proxy reads what a server like the one behind it would have said, for every command of the
 * table. What the proxy answers itself is in the words of Redis 7.0.
 */
class SameRepliesIT {
    /** Close the connection, take it over, or cannot be compared line by line; each has tests of its own. */
    private static final Set<String> ELSEWHERE = Set.of(
            "asking",
            "auth",
            "readwrite",
            "quit",
            "monitor",
            "pfdebug",
            "pfselftest",
            "readonly",
            "waitaof",
            "hello",
            "umctl",
            "umforward",
            "client|kill",
            "client|pause",
            "client|unpause",
            "client|reply",
            "client|unblock",
            "client|caching",
            "client|tracking",
            "client|trackinginfo",
            "client|getredir",
            "client|no-evict",
            "client|no-touch",
            "client|setinfo",
            "config|rewrite",
            "debug");

    private static final Set<String> CONTAINERS_ELSEWHERE = Set.of("acl", "cluster", "latency", "memory");

    private static final List<CommandSample> SAMPLES = CommandSample.all();

    private final CommandTable table = CommandTable.load();

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void a_reply_through_the_proxy_is_the_reply_of_redis(int protocol) {
        int port = FreePort.any();
        try (RedisServerProcess bare = RedisServerProcess.start();
                RedisServerProcess bareVersion70 = RedisServerProcess.startVersion70();
                RedisServerProcess behind = RedisServerProcess.start();
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {})) {
            proxy.start();
            try (RespConnection direct = bare.connect();
                    RespConnection version70 = bareVersion70.connect();
                    RespConnection client = RespConnection.to(port)) {
                assertThat(client.call(
                                "UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", behind.address(), "1", "0-16383"))
                        .isEqualTo(new RespValue.Simple("OK"));
                if (protocol == 3) {
                    direct.call("HELLO", "3");
                    version70.call("HELLO", "3");
                    client.call("HELLO", "3");
                }
                compareAll(bare.hasSelectors() ? SAMPLES : withoutCopy(), direct, version70, client);
            }
        }
    }

    /** Where the users of a node have no selectors, the proxy lets no client use {@code COPY}. */
    private static List<CommandSample> withoutCopy() {
        return SAMPLES.stream()
                .filter(sample -> sample.isFlush() || !sample.word(0).equalsIgnoreCase("COPY"))
                .toList();
    }

    private static void compareAll(
            List<CommandSample> samples, RespConnection direct, RespConnection version70, RespConnection client) {
        SoftAssertions softly = new SoftAssertions();
        for (CommandSample sample : samples) {
            if (sample.isFlush()) {
                direct.call("FLUSHALL");
                version70.call("FLUSHALL");
                client.call("FLUSHALL");
                continue;
            }
            String expected = compared(call(direct, sample), sample.comparison());
            String ofVersion70 = compared(call(version70, sample), sample.comparison());
            softly.assertThat(compared(call(client, sample), sample.comparison()))
                    .as("line " + sample.line() + ": " + sample.word(0))
                    .isIn(expected, ofVersion70);
        }
        softly.assertAll();
    }

    @Test
    void every_command_has_a_sample_or_is_refused() {
        Set<String> sampled = new LinkedHashSet<>();
        for (CommandSample sample : SAMPLES) {
            if (!sample.isFlush()) {
                sampled.add(nameOf(sample));
            }
        }
        Set<String> missing = new TreeSet<>();
        try (RedisServerProcess redis = RedisServerProcess.start();
                RespConnection direct = redis.connect()) {
            for (Command command : table.all()) {
                boolean isAnswered = command.policy() != Policy.REFUSE && command.policy() != Policy.NOT_YET;
                if (isAnswered && !command.isContainer() && isKnown(direct, command)) {
                    missing.add(command.name());
                }
            }
        }
        missing.removeAll(ELSEWHERE);
        missing.removeIf(name -> CONTAINERS_ELSEWHERE.contains(name.split("\\|")[0]));
        missing.removeAll(sampled);
        assertThat(missing).isEmpty();
    }

    @Test
    void what_is_refused_is_refused_in_words_and_the_connection_goes_on() {
        int port = FreePort.any();
        try (RedisServerProcess behind = RedisServerProcess.start();
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port)) {
                client.call("UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", behind.address(), "1", "0-16383");
                for (Command command : table.all()) {
                    if (command.policy() == Policy.REFUSE && !command.isContainer()) {
                        assertThat(client.call(anArityOf(command)))
                                .as(command.name())
                                .isInstanceOfSatisfying(
                                        RespValue.Failure.class,
                                        error -> assertThat(error.text()).contains(command.simpleName()));
                    }
                }
                assertThat(client.call("PING")).isEqualTo(new RespValue.Simple("PONG"));
            }
        }
    }

    private static boolean isKnown(RespConnection redis, Command command) {
        return redis.call("COMMAND", "INFO", command.name()) instanceof RespValue.Array found
                && found.items().get(0) instanceof RespValue.Array;
    }

    private static String[] anArityOf(Command command) {
        List<String> words = new ArrayList<>(List.of(command.name().split("\\|", -1)));
        while (words.size() < Math.abs(command.arity())) {
            words.add("1");
        }
        return words.toArray(String[]::new);
    }

    private String nameOf(CommandSample sample) {
        String name = sample.word(0).toLowerCase(Locale.ROOT);
        Command command = table.find(name);
        if (command != null && command.isContainer() && sample.arguments().size() > 1) {
            return name + "|" + sample.word(1).toLowerCase(Locale.ROOT);
        }
        return name;
    }

    static RespValue call(RespConnection connection, CommandSample sample) {
        ByteBuf command = Unpooled.buffer();
        RespWriter.array(command, sample.arguments().size());
        sample.arguments().forEach(argument -> RespWriter.bulk(command, argument));
        connection.sendBytes(command);
        return connection.receive();
    }

    private static String text(RespValue value) {
        ByteBuf out = Unpooled.buffer();
        value.write(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    static String compared(RespValue value, CommandSample.Comparison comparison) {
        return switch (comparison) {
            case EQUAL -> text(value);
            case SAME_KIND -> value.getClass().getSimpleName();
            case UNORDERED -> sorted(value).toString();
            case REFUSED -> throw new IllegalArgumentException("what is refused is not compared");
        };
    }

    private static List<String> sorted(RespValue value) {
        List<RespValue> elements = value instanceof RespValue.Array array
                ? array.items()
                : value instanceof RespValue.Set set ? set.items() : List.of(value);
        return elements.stream()
                .map(SameRepliesIT::text)
                .sorted(Comparator.naturalOrder())
                .toList();
    }
}
