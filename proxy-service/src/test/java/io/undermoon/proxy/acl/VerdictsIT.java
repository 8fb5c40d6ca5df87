package io.undermoon.proxy.acl;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules and categories against those of a real Redis 7.0. */
class VerdictsIT {
    private static final CommandTable TABLE = CommandTable.load();
    private static final int USERS = 300;
    private static final int COMMANDS_OF_EACH = 60;

    private static final List<String> KEYS = List.of("a", "b", "ab", "a1", "b:1", "c", "[x]", "*");
    private static final List<String> PATTERNS =
            List.of("a", "a*", "*b", "b:?", "[ab]", "[^a]", "[a-b]*", "\\*", "c*c", "?", "a[", "");
    private static final List<String> CALLS = List.of(
            "GET k",
            "SET k v",
            "SET k v GET",
            "GETDEL k",
            "MGET k k k",
            "MSET k v k v",
            "DEL k k",
            "EXISTS k",
            "COPY k k",
            "RENAME k k",
            "SORT k",
            "SORT k STORE k",
            "SORT_RO k",
            "EVAL x 2 k k",
            "EVAL_RO x 1 k",
            "FCALL f 1 k",
            "BITOP AND k k k",
            "BITFIELD k GET u8 0",
            "BITFIELD k SET u8 0 1",
            "LMPOP 2 k k LEFT",
            "BLPOP k k 0",
            "XADD k * f v",
            "XREAD STREAMS k k 0 0",
            "XREADGROUP GROUP g c STREAMS k 0",
            "ZUNIONSTORE k 2 k k",
            "ZADD k 1 m",
            "GEORADIUS k 1 1 1 m STORE k",
            "TYPE k",
            "TTL k",
            "OBJECT ENCODING k",
            "PFCOUNT k k",
            "PUBLISH k m",
            "SPUBLISH k m",
            "SUBSCRIBE k k",
            "PSUBSCRIBE k",
            "SSUBSCRIBE k",
            "UNSUBSCRIBE k",
            "PING",
            "SELECT 0",
            "SELECT 1",
            "CONFIG GET x",
            "CONFIG SET x y",
            "CLIENT ID",
            "CLIENT LIST",
            "ACL LIST",
            "INFO",
            "DEBUG OBJECT k",
            "DEBUG SLEEP 0",
            "MULTI",
            "EXEC",
            "WATCH k",
            "AUTH x",
            "HELLO",
            "SCAN 0",
            "KEYS *",
            "MEMORY USAGE k",
            "XINFO STREAM k",
            "SUNIONSTORE k k",
            "LPUSH k v",
            "INCR k",
            "APPEND k v");

    private static RedisServerProcess server;
    private static RespConnection redis;

    private final AccessControl access = new AccessControl(TABLE, null, List.of());

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
    void categories_are_those_of_the_server() {
        assertThat(texts(redis.call("ACL", "CAT"))).isEqualTo(Categories.names());
        Set<String> known = new HashSet<>();
        collectNames(redis.call("COMMAND"), known);
        for (String category : Categories.names()) {
            Set<String> ours = Categories.commandsOf(category, TABLE).stream()
                    .map(Command::name)
                    .filter(known::contains)
                    .collect(Collectors.toSet());
            assertThat(ours).as(category).isEqualTo(new HashSet<>(texts(redis.call("ACL", "CAT", category))));
        }
    }

    @Test
    void random_rules_allow_what_the_server_allows() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < USERS; i++) {
            List<String> rules = rules(random);
            String theirs = Replies.text(redis.call(command("ACL SETUSER u reset", rules)));
            assertThat(set(rules)).as("seed %d rules %s", seed, rules).isEqualTo(theirs);
            for (int j = 0; theirs.equals("OK") && j < COMMANDS_OF_EACH; j++) {
                compare(call(random), rules, seed);
            }
        }
    }

    private void compare(List<String> call, List<String> rules, long seed) {
        RespValue reply = redis.call(command("ACL DRYRUN u", call));
        User user = Objects.requireNonNull(access.find("u"));
        CommandFrame frame = CommandFrame.of(call);
        Command command = Objects.requireNonNull(TABLE.find(frame), call.get(0));
        Command sub = command.isContainer() ? command.findSub(frame) : command;
        Denial denial = user.denial(Objects.requireNonNull(sub), frame);
        String ours = denial == null ? "OK" : denial.reason().toString();
        assertThat(ours)
                .as("seed %d rules %s command %s: %s", seed, rules, call, Replies.text(reply))
                .isEqualTo(reasonOf(Replies.text(reply)));
        // What the rules are listed as has to mean the same.
        User again = reread(user);
        assertThat(again.denial(sub, frame)).as("seed %d %s", seed, user).isEqualTo(denial);
    }

    private static String reasonOf(String reply) {
        if (reply.equals("OK")) {
            return "OK";
        }
        return reply.contains(" to run ") ? "COMMAND" : reply.endsWith("key") ? "KEY" : "CHANNEL";
    }

    private static User reread(User user) {
        AccessControl other = new AccessControl(TABLE, null, List.of());
        try {
            other.replace(user.toString(), "listed");
        } catch (RuleException e) {
            throw new AssertionError(user.toString(), e);
        }
        return Objects.requireNonNull(other.find("u"));
    }

    private String set(List<String> rules) {
        try {
            access.set("u", List.of("reset"));
            access.set("u", rules);
            return "OK";
        } catch (RuleException e) {
            return "ERR " + e.getMessage();
        }
    }

    private static List<String> rules(SplittableRandom random) {
        List<String> rules = new ArrayList<>();
        addRules(random, rules);
        for (int i = random.nextInt(3); i > 0; i--) {
            List<String> inner = new ArrayList<>();
            addRules(random, inner);
            rules.add("(" + String.join(" ", inner) + ")");
        }
        return rules;
    }

    private static void addRules(SplittableRandom random, List<String> rules) {
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
            rules.add(rule(random));
        }
    }

    private static String rule(SplittableRandom random) {
        String sign = random.nextBoolean() ? "+" : "-";
        return switch (random.nextInt(16)) {
            case 0 -> "+@all";
            case 1 -> random.nextInt(6) == 0 ? "-@all" : "+@read";
            case 2, 3, 4 -> sign + "@" + one(random, Categories.names());
            case 5, 6 -> sign + one(random, CALLS).split(" ")[0].toLowerCase(java.util.Locale.ROOT);
            case 7 ->
                sign + one(random, List.of("config|get", "client|id", "acl|list", "object|encoding", "CONFIG|SET"));
            case 8 -> one(random, List.of("+select|0", "+debug|object"));
            case 9 -> random.nextInt(4) == 0 ? "allkeys" : "~" + one(random, PATTERNS);
            case 10 -> "%R~" + one(random, PATTERNS);
            case 11 -> "%W~" + one(random, PATTERNS);
            case 12 -> "~" + one(random, PATTERNS);
            case 13 -> random.nextInt(4) == 0 ? "allchannels" : "&" + one(random, PATTERNS);
            case 14 -> one(random, List.of("resetkeys", "resetchannels"));
            default -> "&" + one(random, PATTERNS);
        };
    }

    /** A command with random keys in the places of {@code k}. */
    private static List<String> call(SplittableRandom random) {
        return Arrays.stream(one(random, CALLS).split(" "))
                .map(word -> word.equals("k") ? one(random, KEYS) : word)
                .toList();
    }

    private static <T> T one(SplittableRandom random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static String[] command(String words, List<String> more) {
        List<String> all = new ArrayList<>(List.of(words.split(" ")));
        all.addAll(more);
        return all.toArray(new String[0]);
    }

    private static List<String> texts(RespValue array) {
        return ((RespValue.Array) array).items().stream().map(Replies::text).toList();
    }

    private static void collectNames(RespValue commands, Set<String> names) {
        for (RespValue command : ((RespValue.Array) commands).items()) {
            List<RespValue> fields = ((RespValue.Array) command).items();
            names.add(Replies.text(fields.get(0)));
            collectNames(fields.get(9), names);
        }
    }
}
