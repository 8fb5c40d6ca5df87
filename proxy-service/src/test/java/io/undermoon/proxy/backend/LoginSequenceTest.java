package io.undermoon.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.resp.Protocol;
import io.undermoon.umctl.ControlProof;
import io.undermoon.umctl.ProxyLogin;
import io.undermoon.umctl.SetRepl;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginSequenceTest {
    private static final String AUTH = "*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n";
    private static final String HELLO = "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n";

    private static final String INFO = "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n";

    private static final String WRONG_PASSWORD = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

    private static final BackendSettings.Login CONTROL = new BackendSettings.Login(ProxyLogin.CONTROL_USER, "c0ntrol");

    private final Endpoint node = new Endpoints().redis("127.0.0.1:7001");
    private final Endpoint peer = new Endpoints().peer("127.0.0.1:5299", 2);
    private final ByteBuf said = Unpooled.buffer();

    /** The one run that may serve; null if every run may. */
    private @Nullable String served;

    private @Nullable String installation;
    private @Nullable String connectionName;

    private SetRepl.@Nullable Entry role =
            new SetRepl.Entry(Role.MASTER, new ClusterName("demo"), new NodeAddress("127.0.0.1:7001"), List.of());

    @Test
    void says_nothing_in_resp2_without_a_password() {
        assertThat(login(node, Protocol.RESP2, BackendSettings.Login.NONE).isDue())
                .isFalse();
        assertThat(text()).isEmpty();
    }

    @Test
    void logs_in_before_it_asks_for_resp3() {
        LoginSequence login = login(node, Protocol.RESP3, new BackendSettings.Login(null, "secret"));
        assertThat(text()).isEqualTo(AUTH + HELLO);
        assertThat(answer(login, "+OK\r\n")).isNull();
        assertThat(login.isDue()).isTrue();
        assertThat(answer(login, "%0\r\n")).isNull();
        assertThat(login.isDue()).isFalse();
    }

    @Test
    void names_the_user_that_there_is() {
        login(node, Protocol.RESP2, new BackendSettings.Login("me", "secret"));
        assertThat(text()).isEqualTo("*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$6\r\nsecret\r\n");
    }

    @Test
    void asks_a_peer_about_its_own_nodes() {
        login(peer, Protocol.RESP3, BackendSettings.Login.NONE);
        assertThat(text()).isEqualTo("*4\r\n$9\r\nUMFORWARD\r\n$1\r\n0\r\n$5\r\nHELLO\r\n$1\r\n3\r\n");
    }

    @Test
    void tells_a_refused_protocol_from_a_refused_login() {
        LoginSequence old = login(node, Protocol.RESP3, BackendSettings.Login.NONE);
        assertThat(answer(old, "-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n"))
                .startsWith("-ERR unknown command");
        assertThat(old.refusesProtocol()).isTrue();
        LoginSequence stranger = login(node, Protocol.RESP3, new BackendSettings.Login(null, "secret"));
        assertThat(answer(stranger, "-WRONGPASS invalid\r\n")).isEqualTo("-WRONGPASS invalid");
        assertThat(stranger.refusesProtocol()).isFalse();
    }

    @Test
    void becomes_the_user_of_its_access_without_setting_it() {
        LoginSequence login = login(node, Protocol.RESP3, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(text())
                .as("an AUTH that fails behind another reply may get none")
                .isEqualTo(HELLO);
        assertThat(answer(login, "%0\r\n")).isNull();
        assertThat(login.isDue()).isTrue();
        assertThat(text()).contains("undermoon-clients").doesNotContain("SETUSER");
        assertThat(answer(login, "+OK\r\n")).isNull();
        assertThat(login.isDue()).isFalse();
        assertThat(login.unrestricted()).isNull();
    }

    @Test
    void sets_a_user_that_the_node_does_not_know() {
        LoginSequence login = login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
        said.clear();
        assertThat(answer(login, WRONG_PASSWORD)).isNull();
        assertThat(text()).contains("SETUSER", "-select", "(+copy").doesNotContain("AUTH");
        assertThat(answer(login, "+OK\r\n")).isNull();
        assertThat(text()).contains("AUTH");
        assertThat(answer(login, "+OK\r\n")).isNull();
        assertThat(login.isDue()).isFalse();
        assertThat(login.unrestricted()).isNull();
    }

    @Test
    void leaves_copy_out_where_rules_know_no_selectors() {
        LoginSequence login = login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(answer(login, WRONG_PASSWORD)).isNull();
        said.clear();
        assertThat(answer(login, "-ERR Error in ACL SETUSER modifier '(+copy': Syntax error\r\n"))
                .isNull();
        assertThat(answer(login, WRONG_PASSWORD)).isNull();
        assertThat(text()).contains("SETUSER", "-copy").doesNotContain("(+copy");
        assertThat(answer(login, "+OK\r\n")).isNull();
        assertThat(answer(login, "+OK\r\n")).isNull();
        assertThat(login.unrestricted()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ERR unknown command `ACL`", "-NOPERM this user has no permissions to run 'acl|setuser'"})
    void goes_on_with_the_rights_of_the_proxy_where_no_user_can_be_set(String refusal) {
        LoginSequence login = login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(answer(login, WRONG_PASSWORD)).isNull();
        assertThat(answer(login, refusal + "\r\n")).isNull();
        assertThat(answer(login, WRONG_PASSWORD)).isNull();
        assertThat(login.isDue()).isFalse();
        assertThat(login.unrestricted()).isEqualTo(refusal);
    }

    @Test
    void does_not_take_more_rights_because_the_node_is_busy() {
        LoginSequence login = login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(answer(login, WRONG_PASSWORD)).isNull();
        assertThat(answer(login, "-BUSY Redis is busy running a script.\r\n")).isNull();
        assertThat(answer(login, WRONG_PASSWORD)).startsWith("-BUSY");
    }

    @Test
    void waits_for_a_run_that_may_serve_before_it_becomes_a_user() {
        served = "a1";
        LoginSequence login = login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(text()).isEqualTo(INFO);
        said.clear();

        assertThat(answer(login, run("b2"))).isNull();
        assertThat(login.isWithheld()).isTrue();
        assertThat(login.isDue()).isTrue();
        assertThat(text()).isEmpty();
        login.askRun(said);
        assertThat(text()).isEqualTo(INFO);
        served = "b2";
        assertThat(answer(login, run("b2"))).isNull();

        assertThat(login.isWithheld()).isFalse();
        assertThat(text()).contains("undermoon-clients");
    }

    @Test
    void gives_up_after_a_while_when_the_run_may_not_serve() {
        served = "a1";
        LoginSequence login = login(node, Protocol.RESP2, Access.PROXY, BackendSettings.Login.NONE);
        String refusal = null;
        for (int i = 0; refusal == null && i < 1000; i++) {
            refusal = answer(login, run("b2"));
            login.askRun(said);
        }
        assertThat(refusal).contains("the node has restarted");
        assertThat(text()).doesNotContain("AUTH");
    }

    @Test
    void ends_when_the_role_of_the_node_changes() {
        served = "a1";
        LoginSequence login = login(node, Protocol.RESP2, Access.PROXY, BackendSettings.Login.NONE);
        answer(login, run("b2"));
        login.askRun(said);

        role = null;
        served = "b2";

        assertThat(answer(login, run("b2"))).isEqualTo("the role of the node has changed");
    }

    @Test
    void a_node_whose_runs_cannot_be_told_apart_is_used() {
        served = "a1";
        LoginSequence login = login(node, Protocol.RESP2, Access.PROXY, BackendSettings.Login.NONE);
        assertThat(answer(login, "-NOPERM this user has no permissions to run 'info'\r\n"))
                .isNull();
        assertThat(login.isDue()).isFalse();
    }

    /** Of which nobody can say in which run it is; the proxy's own commands end the script. */
    @Test
    void only_the_proxy_gets_to_a_node_that_is_busy() {
        served = "a1";
        String busy = "-BUSY Redis is busy running a script.";
        assertThat(answer(login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE), busy + "\r\n"))
                .isEqualTo(busy);
        assertThat(answer(login(node, Protocol.RESP2, Access.PROXY, BackendSettings.Login.NONE), busy + "\r\n"))
                .isNull();
    }

    private static String run(String id) {
        String info = "# Server\r\nredis_version:7.0.15\r\nrun_id:" + id + "\r\n";
        return "$" + info.length() + "\r\n" + info + "\r\n";
    }

    @Test
    void is_no_user_of_a_peer() {
        assertThat(login(peer, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE)
                        .isDue())
                .isFalse();
    }

    @Test
    void proves_the_control_secret_to_a_peer_that_proves_it_too() {
        LoginSequence login = login(peer, Protocol.RESP3, CONTROL);
        ControlProof.Challenged challenged = challenged();
        assertThat(challenged.address()).isEqualTo("127.0.0.1:5299");
        said.clear();
        assertThat(answer(login, "+" + challenged.reply() + "\r\n")).isNull();
        String proven = challenged.proven("c0ntrol", lastWord()).orElseThrow();
        said.clear();
        assertThat(answer(login, "+" + proven + "\r\n")).isNull();
        assertThat(text()).contains("HELLO");
        assertThat(answer(login, "%0\r\n")).isNull();
        assertThat(login.isDue()).isFalse();
    }

    @Test
    void says_no_more_to_a_peer_that_proves_nothing() {
        for (String reply : List.of("+OK\r\n", WRONG_PASSWORD, "+PROVEN 00\r\n")) {
            said.clear();
            LoginSequence login = login(peer, Protocol.RESP3, CONTROL);
            assertThat(text())
                    .contains("challenge:1:")
                    .doesNotContain("c0ntrol")
                    .doesNotContain("HELLO");
            said.clear();
            assertThat(answer(login, reply)).contains("does not prove");
            assertThat(text()).isEmpty();
        }
        said.clear();
        LoginSequence login = login(peer, Protocol.RESP3, CONTROL);
        ControlProof.Challenged challenged = challenged();
        said.clear();
        answer(login, "+" + challenged.reply() + "\r\n");
        said.clear();
        assertThat(answer(login, "+PROVEN 0000\r\n")).contains("does not prove");
        assertThat(text()).isEmpty();
    }

    @Test
    void tells_a_peer_the_installation_after_the_proof_and_uses_none_of_another_one() {
        installation = "1a2b";
        String refusal = "-OTHER_INSTALLATION proxy 127.0.0.1:5299 belongs to installation ffff, the caller to 1a2b";
        for (String reply : List.of("+OK", "-Invalid sub command", refusal)) {
            said.clear();
            LoginSequence login = login(peer, Protocol.RESP3, CONTROL);
            assertThat(text()).doesNotContain("1a2b");
            ControlProof.Challenged challenged = challenged();
            said.clear();
            answer(login, "+" + challenged.reply() + "\r\n");
            String proven = challenged.proven("c0ntrol", lastWord()).orElseThrow();
            said.clear();
            answer(login, "+" + proven + "\r\n");
            assertThat(text()).contains("INSTALLATION\r\n$4\r\n1a2b").contains("HELLO");
            assertThat(answer(login, reply + "\r\n")).isEqualTo(reply.equals(refusal) ? refusal : null);
            assertThat(answer(login, "%0\r\n")).isNull();
            assertThat(login.isDue()).isFalse();
        }
    }

    @Test
    void tells_a_node_no_installation() {
        installation = "1a2b";
        login(node, Protocol.RESP3, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(text()).doesNotContain("1a2b");
    }

    @Test
    void tells_a_node_the_name_of_the_connection_if_it_takes_one() {
        connectionName = "undermoon:127.0.0.1:5299";
        for (String reply : List.of("+OK\r\n", "-NOPERM this user has no permissions\r\n")) {
            said.clear();
            LoginSequence login = login(node, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
            assertThat(text()).contains("SETNAME\r\n$24\r\n" + connectionName).doesNotContain("AUTH");
            said.clear();
            assertThat(answer(login, reply)).isNull();
            assertThat(text()).contains("AUTH");
            assertThat(answer(login, "+OK\r\n")).isNull();
            assertThat(login.isDue()).isFalse();
        }
        said.clear();
        login(peer, Protocol.RESP2, Access.CLIENTS, BackendSettings.Login.NONE);
        assertThat(text()).isEmpty();
    }

    private ControlProof.Challenged challenged() {
        return ControlProof.Challenged.read(lastWord()).orElseThrow();
    }

    private String lastWord() {
        String[] lines = text().split("\r\n");
        return lines[lines.length - 1];
    }

    private LoginSequence login(Endpoint endpoint, Protocol protocol, BackendSettings.Login login) {
        return login(endpoint, protocol, Access.PROXY, login);
    }

    private LoginSequence login(Endpoint endpoint, Protocol protocol, Access access, BackendSettings.Login login) {
        return new LoginSequence(
                endpoint,
                protocol,
                access,
                new BackendSettings(1000, 1000, 1000, 1, login, login)
                        .as(new BackendSettings.Identity(connectionName, () -> installation)),
                served == null ? NodeRuns.ALL : new Runs(),
                role,
                said);
    }

    private class Runs implements NodeRuns {
        @Override
        public boolean mayServe(Endpoint endpoint, String run) {
            return run.equals(served);
        }

        @Override
        public SetRepl.@Nullable Entry role(Endpoint endpoint) {
            return role;
        }
    }

    private String text() {
        return said.toString(StandardCharsets.US_ASCII);
    }

    /** Gives an answer in two pieces. */
    private String answer(LoginSequence login, String answer) {
        ByteBuf in = Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII);
        assertThat(login.take(in, 0, 2, false, said)).isNull();
        return login.take(in, 2, in.writerIndex(), true, said);
    }
}
