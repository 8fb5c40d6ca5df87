package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.ControlProof;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, and the control secret, as clients and peers meet them. */
class SecurityIT {
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final String NO_CONTROL = "NOPERM this needs the control secret";
    private static final String SECRET = "c0ntrol";

    private static RedisServerProcess low;
    private static RedisServerProcess high;

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path directory;

    @BeforeAll
    static void startRedis() {
        low = RedisServerProcess.start();
        high = RedisServerProcess.start();
    }

    @AfterAll
    static void stopRedis() {
        low.close();
        high.close();
    }

    private ProxyServer server;

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private int proxy(String... keysAndValues) {
        int port = FreePort.any();
        String[] values = Stream.concat(
                        Stream.of("address", "127.0.0.1:" + port, "thread_number", "1"), Arrays.stream(keysAndValues))
                .toArray(String[]::new);
        server = new ProxyServer(Configs.onOnePort(values), () -> {});
        open.add(server);
        server.start();
        return port;
    }

    private RespConnection client(int port, String... login) {
        RespConnection client = RespConnection.to(port);
        open.add(client);
        if (login.length > 0) {
            assertThat(text(call(client, "AUTH " + String.join(" ", login)))).isEqualTo("OK");
        }
        return client;
    }

    private static RespValue call(RespConnection client, String command) {
        return client.call(command.split(" "));
    }

    private static String say(RespConnection client, String command) {
        return text(call(client, command));
    }

    private static String say(RespConnection client, List<String> command) {
        return text(client.call(command.toArray(String[]::new)));
    }

    private static void serveAll(RespConnection control) {
        assertThat(call(control, "UMCTL SETCLUSTER v2 1 NOFLAG demo " + low.address() + " 1 0-16383"))
                .isEqualTo(OK);
    }

    private Path users(String... lines) throws IOException {
        Path file = directory.resolve("users.acl");
        Files.write(file, List.of(lines));
        return file;
    }

    @Test
    void users_may_do_what_their_rules_say() throws IOException {
        Path file = users(
                "user default off",
                "user admin on >root ~* &* +@all",
                "user app on >apppass ~app:* %R~shared:* &news +@all -@dangerous -@admin");
        int port = proxy("users_file", file.toString());
        RespConnection admin = client(port, "admin", "root");
        serveAll(admin);

        RespConnection stranger = client(port);
        assertThat(say(stranger, "GET app:1")).isEqualTo("NOAUTH Authentication required.");
        assertThat(say(stranger, "AUTH app wrong")).startsWith("WRONGPASS ");
        assertThat(say(stranger, "AUTH default x")).startsWith("WRONGPASS ");
        assertThat(say(stranger, "HELLO 2 AUTH app wrong")).startsWith("WRONGPASS ");
        assertThat(call(stranger, "HELLO 2 AUTH app apppass")).isInstanceOf(RespValue.Array.class);
        assertThat(say(stranger, "ACL WHOAMI")).isEqualTo("app");
        assertThat(say(stranger, "CLIENT INFO")).contains(" user=app ");

        RespConnection app = client(port, "app", "apppass");
        assertThat(say(app, "SET app:1 v")).isEqualTo("OK");
        assertThat(say(app, "GET app:1")).isEqualTo("v");
        assertThat(say(app, "GET shared:1")).isEqualTo(RespValue.Null.BULK.toString());
        assertThat(say(app, "SET shared:1 v")).isEqualTo("NOPERM No permissions to access a key");
        assertThat(say(app, "GET other")).isEqualTo("NOPERM No permissions to access a key");
        assertThat(say(app, "KEYS *")).isEqualTo("NOPERM User app has no permissions to run the 'keys' command");
        assertThat(say(app, "CONFIG GET port"))
                .isEqualTo("NOPERM User app has no permissions to run the 'config|get' command");
        assertThat(say(app, "UMCTL READY")).isEqualTo("NOPERM User app has no permissions to run the 'umctl' command");
        assertThat(say(app, "UMFORWARD 1 GET other")).startsWith("NOPERM User app ");
        assertThat(say(app, "PUBLISH news m")).isEqualTo("0");
        assertThat(say(app, "PUBLISH old m")).isEqualTo("NOPERM No permissions to access a channel");
        assertThat(say(app, "SUBSCRIBE old")).isEqualTo("NOPERM No permissions to access a channel");
        assertThat(say(app, "ACL WHOAMI")).isEqualTo("app");
        assertThat(say(app, "ACL LIST")).startsWith("NOPERM ");
        assertThat(say(app, "RESET")).isEqualTo("RESET");
        assertThat(say(app, "GET app:1")).isEqualTo("NOAUTH Authentication required.");
    }

    @Test
    void a_transaction_with_a_refused_command_is_discarded() throws IOException {
        int port = proxy("users_file", users("user app on nopass ~app:* +@all").toString());
        serveAll(client(port));
        RespConnection app = client(port, "app", "x");
        assertThat(say(app, "MULTI")).isEqualTo("OK");
        assertThat(say(app, "SET {app:}1 v")).isEqualTo("NOPERM No permissions to access a key");
        assertThat(say(app, "SET app:1 v")).isEqualTo("QUEUED");
        assertThat(say(app, "EXEC")).startsWith("EXECABORT ");
        RespConnection admin = client(port);
        assertThat(say(app, "MULTI")).isEqualTo("OK");
        assertThat(say(app, "SET app:1 v")).isEqualTo("QUEUED");
        assertThat(say(admin, "ACL SETUSER app -set")).isEqualTo("OK");
        assertThat(say(app, "EXEC"))
                .isEqualTo("EXECABORT Transaction discarded because the rules of its user have changed.");
        RespValue.Array entry = (RespValue.Array)
                ((RespValue.Array) call(admin, "ACL LOG 1")).items().get(0);
        assertThat(entry.items().stream().limit(10).map(io.undermoon.proxy.testing.Replies::text))
                .containsExactly(
                        "count", "1", "reason", "key", "context", "multi", "object", "{app:}1", "username", "app");
        assertThat(say(admin, "ACL LOG RESET")).isEqualTo("OK");
        assertThat(((RespValue.Array) call(admin, "ACL LOG")).items()).isEmpty();
    }

    @Test
    void sort_names_further_keys_only_for_those_who_may_read_all() throws IOException {
        int port = proxy("users_file", users("user app on nopass ~app:* +@all").toString());
        serveAll(client(port));
        RespConnection app = client(port, "app", "x");
        assertThat(say(app, "SORT app:1 BY {app:1}*"))
                .isEqualTo("ERR BY option of SORT denied due to insufficient ACL permissions");
        assertThat(say(app, "SORT app:1 BY nosort GET {app:1}*"))
                .isEqualTo("ERR GET option of SORT denied due to insufficient ACL permissions");
        assertThat(call(app, "SORT app:1 BY nosort GET #")).isEqualTo(new RespValue.Array(List.of()));
    }

    @Test
    void rules_change_at_once_and_deleted_users_leave() {
        int port = proxy();
        RespConnection admin = client(port);
        serveAll(admin);
        assertThat(say(admin, "ACL SETUSER app on >p ~* &* +@all")).isEqualTo("OK");
        RespConnection app = client(port, "app", "p");
        assertThat(say(app, "SET k v")).isEqualTo("OK");
        assertThat(say(admin, "ACL SETUSER app -set")).isEqualTo("OK");
        assertThat(say(app, "SET k v")).isEqualTo("NOPERM User app has no permissions to run the 'set' command");
        RespConnection listener = client(port, "app", "p");
        assertThat(call(listener, "SUBSCRIBE c")).isInstanceOf(RespValue.Array.class);
        assertThat(say(admin, "ACL SETUSER app resetchannels &d")).isEqualTo("OK");
        assertThatThrownBy(listener::receive).isInstanceOf(UncheckedIOException.class);
        assertThat(say(app, "GET k")).isEqualTo("v");
        assertThat(say(admin, "ACL DELUSER app nobody")).isEqualTo("1");
        assertThatThrownBy(app::receive).isInstanceOf(UncheckedIOException.class);
        assertThat(say(admin, "ACL SAVE")).startsWith("ERR This proxy has no users_file");
        assertThat(say(admin, "ACL SETUSER me on nopass ~* &* +@all")).isEqualTo("OK");
        assertThat(say(admin, "AUTH me x")).isEqualTo("OK");
        assertThat(say(admin, "ACL DELUSER me")).as("who deletes himself").isEqualTo("1");
        assertThatThrownBy(admin::receive).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void a_password_makes_everybody_log_in_as_the_default_user() {
        int port = proxy("password", "s3cret");
        RespConnection client = client(port);
        assertThat(say(client, "PING")).isEqualTo("NOAUTH Authentication required.");
        assertThat(say(client, "AUTH s3cret")).isEqualTo("OK");
        assertThat(say(client, "ACL WHOAMI")).isEqualTo("default");
        assertThat(say(client, "UMCTL GETEPOCH")).isEqualTo("0");
    }

    @Test
    void a_changed_file_is_taken_and_a_broken_one_is_not() throws IOException {
        Path file = users("user app on nopass +ping");
        int port = proxy("users_file", file.toString());
        RespConnection app = client(port, "app", "x");
        users("user app on nopass +ping +echo");
        server.followUsersFile();
        assertThat(say(app, "ECHO x")).isEqualTo("x");
        users("user app on nopass +nonsense");
        RespConnection admin = client(port);
        assertThat(say(admin, "ACL LOAD"))
                .contains("users.acl:1: '+nonsense': Unknown command")
                .endsWith("no change to the previously active ACL rules was performed");
        assertThat(say(app, "ECHO x")).isEqualTo("x");
        users("user other on nopass +ping");
        assertThat(say(admin, "ACL LOAD")).isEqualTo("OK");
        assertThatThrownBy(app::receive).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void users_are_saved_to_their_file() throws IOException {
        Path file = users("user app on nopass +ping");
        int port = proxy("users_file", file.toString());
        RespConnection admin = client(port);
        assertThat(say(admin, "ACL SETUSER app >p ~k* +get")).isEqualTo("OK");
        assertThat(say(admin, "ACL SAVE")).isEqualTo("OK");
        assertThat(Files.readString(file))
                .matches("user app on #[0-9a-f]{64} ~k\\* resetchannels -@all \\+ping \\+get\n"
                        + "user default on nopass ~\\* &\\* \\+@all\n");
        assertThat(say(admin, "ACL LOAD")).isEqualTo("OK");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void a_wrong_file_stops_the_start() throws IOException {
        Path file = users("user a on", "user b +nonsense");
        assertThatThrownBy(() -> proxy("users_file", file.toString()))
                .hasMessage("undermoon.users_file=" + file + ": " + file
                        + ":2: '+nonsense': Unknown command or category name in ACL");
        assertThatThrownBy(() -> proxy("users_file", directory.resolve("none").toString()))
                .hasMessageContaining("undermoon.users_file=")
                .hasMessageContaining("NoSuchFile");
    }

    @Test
    void control_commands_need_the_secret() {
        int port = proxy("control_secret", SECRET);
        RespConnection user = client(port);
        assertThat(say(user, "PING")).isEqualTo("PONG");
        assertThat(say(user, "CONFIG GET databases")).contains("1");
        for (String command : List.of(
                "UMCTL GETEPOCH",
                "UMCTL SETCLUSTER v2 1 NOFLAG demo " + low.address() + " 1 0-16383",
                "UMCTL SHUTDOWN",
                "UMFORWARD 1 GET k",
                "CONFIG SET slowlog_sample_rate 5")) {
            assertThat(say(user, command)).as(command).startsWith(NO_CONTROL);
        }
        assertThat(say(user, "AUTH undermoon-control guess")).startsWith("WRONGPASS ");
        assertThat(say(user, "AUTH undermoon-control " + SECRET)).isEqualTo("OK");
        serveAll(user);
        assertThat(say(user, "CONFIG SET slowlog_sample_rate 5")).isEqualTo("OK");
        assertThat(say(user, "UMFORWARD 1 SET k v")).isEqualTo("OK");
        assertThat(say(user, "ACL SETUSER undermoon-control nopass")).contains("reserved");
        assertThat(say(user, "RESET")).isEqualTo("RESET");
        assertThat(say(user, "UMCTL GETEPOCH")).startsWith(NO_CONTROL);
    }

    @Test
    void control_is_given_to_those_who_prove_the_secret_without_sending_it() {
        int port = proxy("control_secret", SECRET);
        RespConnection service = client(port);
        ControlProof.Caller caller = new ControlProof.Caller(SECRET, "127.0.0.1:" + port);
        String proof =
                String.join(" ", caller.proof(say(service, caller.challenge())).orElseThrow());
        String proven = say(service, proof);
        assertThat(caller.isProven(proven)).isTrue();
        assertThat(say(service, "UMCTL GETEPOCH")).isEqualTo("0");

        RespConnection listener = client(port);
        assertThat(say(listener, proof)).startsWith("WRONGPASS ");
        assertThat(say(listener, caller.challenge())).startsWith("CHALLENGE ");
        assertThat(say(listener, proof)).startsWith("WRONGPASS ");
        ControlProof.Caller guessing = new ControlProof.Caller("guess", "127.0.0.1:" + port);
        guessing.proof(say(listener, guessing.challenge()))
                .ifPresent(guess -> assertThat(say(listener, guess)).startsWith("WRONGPASS "));
        assertThat(say(listener, "UMCTL GETEPOCH")).startsWith(NO_CONTROL);
    }

    @Test
    void two_secrets_give_control_while_one_is_replaced_by_the_other() {
        int port = proxy("control_secret", SECRET, "accepted_control_secret", "the-next-one");
        for (String secret : List.of(SECRET, "the-next-one")) {
            RespConnection service = client(port);
            ControlProof.Caller caller = new ControlProof.Caller(secret, "127.0.0.1:" + port);
            String proof = String.join(
                    " ", caller.proof(say(service, caller.challenge())).orElseThrow());
            assertThat(caller.isProven(say(service, proof))).as(secret).isTrue();
            assertThat(say(client(port), "AUTH undermoon-control " + secret)).isEqualTo("OK");
        }
        assertThat(say(client(port), "AUTH undermoon-control another")).startsWith("WRONGPASS ");
        assertThatThrownBy(() -> proxy("accepted_control_secret", "the-next-one"))
                .hasMessageContaining("accepted_control_secret")
                .hasMessageContaining("expected control_secret")
                .hasMessageNotContaining("the-next-one");
    }

    @Test
    void a_proxy_proves_nothing_under_the_address_of_another() {
        int port = proxy("control_secret", SECRET);
        ControlProof.Caller deceived = new ControlProof.Caller(SECRET, "10.0.0.66:5299");
        assertThat(say(client(port), deceived.challenge()))
                .isEqualTo("ERR this is proxy 127.0.0.1:" + port + ", not 10.0.0.66:5299");
        int open = proxy();
        assertThat(say(client(open), deceived.challenge())).startsWith("WRONGPASS ");
    }

    @Test
    void peers_prove_the_secret_and_serve_what_the_first_proxy_allowed() throws IOException {
        String[] settings = {
            "control_secret",
            SECRET,
            "active_redirection",
            "true",
            "users_file",
            users("user default off", "user app on >p ~app:* &* +@all -@admin").toString()
        };
        int first = proxy(settings);
        int second = proxy(settings);
        String toFirst = " demo " + low.address() + " 1 0-8000 PEER 127.0.0.1:" + second + " 1 8001-16383";
        String toSecond = " demo " + high.address() + " 1 8001-16383 PEER 127.0.0.1:" + first + " 1 0-8000";
        say(client(first, "undermoon-control", SECRET), "UMCTL SETCLUSTER v2 1 NOFLAG" + toFirst);
        say(client(second, "undermoon-control", SECRET), "UMCTL SETCLUSTER v2 1 NOFLAG" + toSecond);

        RespConnection app = client(first, "app", "p");
        for (int i = 0; i < 20; i++) {
            assertThat(say(app, "SET app:" + i + " v" + i)).isEqualTo("OK");
            assertThat(say(app, "GET app:" + i)).isEqualTo("v" + i);
            assertThat(say(app, "GET other:" + i)).isEqualTo("NOPERM No permissions to access a key");
        }
        try (RespConnection direct = high.connect()) {
            assertThat(Integer.parseInt(say(direct, "DBSIZE"))).isPositive();
        }
        assertThat(say(app, "MULTI")).isEqualTo("OK");
        assertThat(say(app, "INCR app:n{h}")).isEqualTo("QUEUED");
        assertThat(call(app, "EXEC")).isInstanceOf(RespValue.Array.class);

        RespConnection modern = client(first);
        assertThat(call(modern, "HELLO 3 AUTH app p")).isInstanceOf(RespValue.Dictionary.class);
        for (int i = 0; i < 20; i++) {
            assertThat(say(modern, "GET app:" + i)).isEqualTo("v" + i);
        }

        RespConnection listener = client(second, "app", "p");
        for (String channel : List.of("a", "b", "c", "d")) {
            assertThat(call(listener, "SUBSCRIBE " + channel)).isInstanceOf(RespValue.Array.class);
            assertThat(say(app, "PUBLISH " + channel + " m")).isEqualTo("0");
            assertThat(listener.receive()).isInstanceOf(RespValue.Array.class);
        }
        assertThat(say(app, "UMFORWARD 0 GET other")).startsWith("NOPERM ");
    }
}
