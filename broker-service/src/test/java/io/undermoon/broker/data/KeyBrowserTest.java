package io.undermoon.broker.data;

import static io.undermoon.broker.testing.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.testing.RedisUsers;
import io.undermoon.client.RespClient;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.RespServer;
import io.undermoon.umctl.ProxyLogin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys behind real servers with users, which decide, and behind scripted proxies that send on. */
class KeyBrowserTest {
    private static final Executor SAME_THREAD = Runnable::run;
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final ClusterLogin READER = new ClusterLogin("reader", "read-word");
    private static final ClusterLogin WRITER = new ClusterLogin("writer", "write-word");
    private static final ClusterLogin NOBODY = new ClusterLogin(null, null);
    private static final String[] USERS = {
        "default off",
        "reader on >read-word ~app:* +@read +ping",
        "writer on >write-word ~* +@all",
        "limited on nopass ~* +get"
    };

    private static RedisUsers one;
    private static RedisUsers two;
    private static RespClient data;
    private static RespClient control;
    private static KeyBrowser browser;
    private static CommandLine commands;

    @BeforeAll
    static void start() {
        one = new RedisUsers(USERS);
        two = new RedisUsers(USERS);
        data = new RespClient(1, TIMEOUT, ProxyLogin.NONE, null, SAME_THREAD, DataAccess.MAX_REPLY_BYTES);
        control = new RespClient(
                1,
                TIMEOUT,
                new ProxyLogin(Optional.empty(), Optional.empty(), false, () -> "own-installation"),
                null,
                SAME_THREAD);
        DataAccess access = new DataAccess(data, control, System::nanoTime);
        browser = new KeyBrowser(access, System::nanoTime);
        commands = new CommandLine(access);
    }

    @AfterAll
    static void stop() {
        data.close();
        control.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void empty() {
        for (RedisUsers server : List.of(one, two)) {
            assertThat(server.run("AUTH writer write-word", "FLUSHALL")).isEqualTo("+OK");
        }
    }

    private static Members members(String... proxies) {
        List<ProxyAddress> addresses = Stream.of(proxies).map(ProxyAddress::new).toList();
        return new Members(
                new ClusterName("demo"), addresses, List.of(), Map.of(addresses.get(0), SlotRanges.of(0, 16383)));
    }

    private static String run(Members members, ClusterLogin login, String line) {
        return commands.run(members, login, CommandLine.read(line)).reply();
    }

    @Test
    void lets_the_rules_of_the_user_decide() {
        Members members = members(one.address());
        assertThat(run(members, WRITER, "SET app:1 hello")).isEqualTo("OK");
        run(members, WRITER, "SET other:1 hello");
        assertThat(browser.look(members, READER, "app:1").elements())
                .containsExactly(new KeyValue.Element(null, "hello"));
        refuses(ErrorCode.CLUSTER_USER_REFUSED, () -> browser.look(members, READER, "other:1"));
        refuses(ErrorCode.CLUSTER_USER_REFUSED, () -> browser.delete(members, READER, "app:1"));
        refuses(ErrorCode.CLUSTER_USER_REFUSED, () -> browser.expire(members, READER, "app:1", 1000L));
        assertThat(run(members, READER, "GET other:1")).startsWith("(error) NOPERM");
        refuses(
                ErrorCode.CLUSTER_USER_REFUSED,
                () -> browser.scan(members, new ClusterLogin("limited", null), "", null, null, 10));
        assertThatThrownBy(() -> run(members, new ClusterLogin("reader", "a guess"), "GET app:1"))
                .hasMessageContaining("does not let 'reader' in: WRONGPASS");
        refuses(ErrorCode.CLUSTER_USER_REFUSED, () -> browser.scan(members, NOBODY, "", null, null, 10));
        assertThat(run(members, NOBODY, "GET app:1")).startsWith("(error) NOAUTH");
    }

    @Test
    void is_never_who_operates_the_cluster() {
        assertThatThrownBy(() -> new ClusterLogin("undermoon-control", "the secret"))
                .hasMessageContaining("no user of a cluster");
        assertThat(WRITER.toString()).doesNotContain("write-word");
    }

    @Test
    void shows_values_of_each_type_with_their_facts() {
        Members members = members(one.address());
        run(members, WRITER, "SET s \"a\\x00\\xff\"");
        run(members, WRITER, "RPUSH l a b");
        run(members, WRITER, "SADD u m");
        run(members, WRITER, "HSET h field value");
        run(members, WRITER, "ZADD z 1.5 member");
        run(members, WRITER, "XADD x 7-1 name value");
        KeyValue string = browser.look(members, WRITER, "s");
        assertThat(string.elements()).containsExactly(new KeyValue.Element(null, "a\\x00\\xff"));
        assertThat(string.length()).isEqualTo(3);
        assertThat(string.ttlMs()).isNull();
        assertThat(string.memoryBytes()).isPositive();
        assertThat(string.encoding()).isEqualTo("embstr");
        assertThat(string.truncated()).isFalse();
        assertThat(browser.look(members, WRITER, "l").elements())
                .containsExactly(new KeyValue.Element("0", "a"), new KeyValue.Element("1", "b"));
        assertThat(browser.look(members, WRITER, "u").elements()).containsExactly(new KeyValue.Element(null, "m"));
        assertThat(browser.look(members, WRITER, "h").elements())
                .containsExactly(new KeyValue.Element("field", "value"));
        assertThat(browser.look(members, WRITER, "z").elements())
                .containsExactly(new KeyValue.Element("member", "1.5"));
        assertThat(browser.look(members, WRITER, "x").elements())
                .containsExactly(new KeyValue.Element("7-1", "name value"));
        assertThat(browser.look(members, WRITER, "not there").type()).isEqualTo("none");
    }

    @Test
    void shows_the_beginning_of_what_is_large() {
        Members members = members(one.address());
        run(members, WRITER, "SETRANGE big 3000000 x");
        run(members, WRITER, "EVAL \"for i = 1, 500 do redis.call('RPUSH', KEYS[1], i) end\" 1 list");
        run(members, WRITER, "EVAL \"for i = 1, 1000 do redis.call('HSET', KEYS[1], i, i) end\" 1 hash");
        run(
                members,
                WRITER,
                "EVAL \"for i = 1, 9 do redis.call('RPUSH', KEYS[1], string.rep('x', 300000)) end\" 1 heavy");
        KeyValue string = browser.look(members, WRITER, "big");
        assertThat(string.truncated()).isTrue();
        assertThat(string.length()).isEqualTo(3_000_001);
        assertThat(string.elements().get(0).value()).hasSize(4 * ValueView.STRING_BYTES);
        for (String key : List.of("list", "hash")) {
            KeyValue value = browser.look(members, WRITER, key);
            assertThat(value.truncated()).as(key).isTrue();
            assertThat(value.elements()).as(key).hasSize(ValueView.ELEMENTS);
        }
        KeyValue heavy = browser.look(members, WRITER, "heavy");
        assertThat(heavy.elements()).isEmpty();
        assertThat(heavy.length()).isEqualTo(9);
        assertThat(heavy.problem()).contains("more than " + DataAccess.MAX_REPLY_BYTES + " bytes");
        assertThatThrownBy(() -> run(members, WRITER, "GET big"))
                .as("of a reply that is too long nothing is kept")
                .hasMessageContaining(
                        one.address() + ": its reply has more than " + DataAccess.MAX_REPLY_BYTES + " bytes");
        refuses(ErrorCode.NO_REPLY_OF_CLUSTER, () -> run(members, WRITER, "GET big"));
    }

    @Test
    void deletes_a_key_and_has_it_expire() {
        Members members = members(one.address());
        run(members, WRITER, "SET \"k\\x01\" 1");
        assertThat(browser.expire(members, WRITER, "k\\x01", 60_000L)).isTrue();
        assertThat(browser.look(members, WRITER, "k\\x01").ttlMs()).isBetween(50_000L, 60_000L);
        assertThat(browser.expire(members, WRITER, "k\\x01", null)).isTrue();
        assertThat(browser.look(members, WRITER, "k\\x01").ttlMs()).isNull();
        assertThat(browser.delete(members, WRITER, "k\\x01")).isTrue();
        assertThat(browser.delete(members, WRITER, "k\\x01")).isFalse();
        assertThat(browser.expire(members, WRITER, "k\\x01", 60_000L)).isFalse();
    }

    @Test
    void lists_the_keys_behind_all_proxies_page_by_page() {
        Members members = members(one.address(), two.address());
        Set<String> written = new HashSet<>();
        for (RedisUsers server : List.of(one, two)) {
            server.run(
                    "AUTH writer write-word",
                    "EVAL \"for i = 1, 250 do redis.call('SETEX', ARGV[1] .. i, 100, i) end\" 0 " + server.address()
                            + ":");
            for (int i = 1; i <= 250; i++) {
                written.add(server.address() + ":" + i);
            }
        }
        List<String> found = new ArrayList<>();
        String cursor = null;
        int pages = 0;
        do {
            KeyPage page = browser.scan(members, WRITER, "", null, cursor, 50);
            page.keys().forEach(key -> {
                found.add(key.key());
                assertThat(key.type()).isEqualTo("string");
                assertThat(key.ttlMs()).isBetween(1L, 100_000L);
                assertThat(key.proxy().value()).isEqualTo(key.key().replaceFirst(":[0-9]*$", ""));
            });
            cursor = page.cursor();
            pages++;
        } while (cursor != null);
        assertThat(pages).isGreaterThan(4);
        assertThat(found).hasSize(500).containsExactlyInAnyOrderElementsOf(written);
        assertThat(browser.scan(members, WRITER, "*:25?", null, null, 100).keys())
                .extracting(KeyPage.Entry::key)
                .containsExactlyInAnyOrder(one.address() + ":250", two.address() + ":250");
        assertThat(browser.scan(members, WRITER, "", "hash", null, 100).keys()).isEmpty();
    }

    @Test
    void asks_one_proxy_alone_where_each_scans_the_whole_cluster() {
        try (RespServer proxy = new RespServer(command -> switch (command.get(0)) {
            case "CONFIG" -> "*2\r\n$18\r\nactive_redirection\r\n$4\r\ntrue\r\n";
            case "SCAN" ->
                command.get(1).equals("0") ? "*2\r\n$2\r\n77\r\n*0\r\n" : "*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n";
            case "TYPE" -> "+string\r\n";
            case "PTTL" -> ":-1\r\n";
            default -> "+OK\r\n";
        })) {
            KeyPage page = browser.scan(members(proxy.address(), one.address()), NOBODY, "", null, null, 10);
            assertThat(page.keys()).extracting(KeyPage.Entry::key).containsExactly("a");
            assertThat(page.cursor()).isNull();
            assertThat(browser.scan(members(proxy.address()), NOBODY, "", null, "all/77", 10)
                            .keys())
                    .hasSize(1);
        }
    }

    @Test
    void refuses_cursors_that_lead_elsewhere() {
        try (RespServer foreign = new RespServer(command -> "+OK\r\n")) {
            refuses(
                    ErrorCode.NO_REPLY_OF_CLUSTER,
                    () -> browser.scan(members(one.address()), WRITER, "", null, foreign.address() + "/0", 10));
            refuses(ErrorCode.INVALID_REQUEST, () -> browser.scan(members(one.address()), WRITER, "", null, "0", 10));
            assertThat(foreign.connections()).isZero();
        }
    }

    @Test
    void goes_where_the_keys_are_within_the_cluster() {
        run(members(two.address()), WRITER, "SET moved here");
        try (RespServer first = new RespServer(
                command -> command.get(0).equals("AUTH") ? "+OK\r\n" : "-MOVED 7 " + two.address() + "\r\n")) {
            Members both = members(first.address(), two.address());
            CommandLine.Reply reply = commands.run(both, WRITER, CommandLine.read("GET moved"));
            assertThat(reply.reply()).isEqualTo("\"here\"");
            assertThat(reply.proxy().value()).isEqualTo(two.address());
            assertThat(browser.look(both, WRITER, "moved").elements()).hasSize(1);
            assertThat(browser.delete(both, WRITER, "moved")).isTrue();
        }
    }

    @Test
    void connects_to_nothing_that_is_not_of_the_cluster() {
        try (RespServer foreign = new RespServer(command -> "+OK\r\n");
                RespServer first = new RespServer(command ->
                        command.get(0).equals("AUTH") ? "+OK\r\n" : "-MOVED 7 " + foreign.address() + "\r\n")) {
            assertThatThrownBy(() -> run(members(first.address(), two.address()), WRITER, "GET moved"))
                    .hasMessageContaining("'" + foreign.address() + "', which is no proxy of cluster demo");
            refuses(
                    ErrorCode.NO_REPLY_OF_CLUSTER,
                    () -> browser.look(members(first.address(), two.address()), WRITER, "moved"));
            assertThat(foreign.connections()).isZero();
        }
    }

    @Test
    void gives_up_on_proxies_that_send_on_to_each_other() {
        String[] other = new String[1];
        try (RespServer first = new RespServer(command -> "-MOVED 7 " + other[0] + "\r\n");
                RespServer second = new RespServer(command -> "-MOVED 7 " + first.address() + "\r\n")) {
            other[0] = second.address();
            assertThatThrownBy(() -> run(members(first.address(), second.address()), NOBODY, "GET a"))
                    .hasMessageContaining("more than 3 times");
        }
    }

    @Test
    void tells_no_password_to_who_is_not_of_this_system() {
        try (RespServer other = new RespServer(command ->
                command.get(0).equals("UMCTL") ? "-OTHER_INSTALLATION proxy p belongs to another\r\n" : "+OK\r\n")) {
            refuses(ErrorCode.NO_REPLY_OF_CLUSTER, () -> run(members(other.address()), WRITER, "GET a"));
            assertThat(other.commandLines()).noneMatch(line -> line.contains("write-word"));
        }
    }

    @Test
    void takes_the_next_proxy_when_one_is_gone_and_sends_nothing_twice() {
        RespServer gone = new RespServer(command -> "+OK\r\n");
        gone.close();
        assertThat(run(members(gone.address(), one.address()), WRITER, "PING")).isEqualTo("PONG");
        refuses(ErrorCode.NO_REPLY_OF_CLUSTER, () -> run(members(gone.address()), WRITER, "PING"));
        try (RespServer silent =
                        new RespServer(command -> command.get(0).equals("INCR") ? RespServer.SILENCE : "+OK\r\n");
                RespServer next = new RespServer(command -> "+OK\r\n")) {
            assertThatThrownBy(() -> run(members(silent.address(), next.address()), NOBODY, "INCR a"))
                    .hasMessageContaining(silent.address() + ": no answer within 2000 ms");
            assertThat(next.connections()).isZero();
        }
    }

    @Test
    void ends_a_request_that_takes_long_and_takes_so_many_at_a_time() {
        long[] now = {0};
        DataAccess slow = new DataAccess(data, control, () -> now[0]);
        refuses(
                ErrorCode.NO_REPLY_OF_CLUSTER,
                () -> slow.request(members(one.address()), WRITER, dialogue -> {
                    dialogue.exchange(new ProxyAddress(one.address()), List.of(Replies.command(List.of("PING"))));
                    now[0] += DataAccess.REQUEST_TIMEOUT.toNanos() + 1;
                    return dialogue.exchange(
                            new ProxyAddress(one.address()), List.of(Replies.command(List.of("PING"))));
                }));
        refuses(ErrorCode.RETRY, () -> nested(slow, DataAccess.AT_ONCE + 1));
        assertThat(nested(slow, DataAccess.AT_ONCE)).isZero();
    }

    private static int nested(DataAccess access, int depth) {
        return depth == 0 ? 0 : access.request(members(one.address()), NOBODY, dialogue -> nested(access, depth - 1));
    }
}
