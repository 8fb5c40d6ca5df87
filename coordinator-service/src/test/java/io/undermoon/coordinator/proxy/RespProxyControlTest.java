package io.undermoon.coordinator.proxy;

import static io.undermoon.coordinator.testing.Fixtures.ORDERS;
import static io.undermoon.coordinator.testing.Fixtures.coming;
import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.leaving;
import static io.undermoon.coordinator.testing.Fixtures.node;
import static io.undermoon.coordinator.testing.Fixtures.stable;
import static io.undermoon.coordinator.testing.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.client.RespClientException;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.coordinator.port.ProxyControl.Probe;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.testsupport.RespServer;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.ProxyLogin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RespProxyControlTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final String UNKNOWN = "-Invalid sub command\r\n";

    private RespServer proxy;
    private RespProxyControl control;

    @BeforeEach
    void start() throws IOException {
        proxy = new RespServer(command -> "+OK\r\n");
        control = new RespProxyControl(1, TIMEOUT, TIMEOUT, ProxyLogin.NONE, false, null);
    }

    @AfterEach
    void stop() throws IOException {
        control.close();
        proxy.close();
    }

    @Test
    void probes_a_proxy_of_ours() {
        answers(Map.of(
                "PING", "+PONG\r\n",
                "UMCTL GETEPOCH", ":42\r\n",
                "UMCTL NODES",
                        "*2\r\n" + row("10.0.0.1:7001", "master", "down", "6000", "none", "0")
                                + row("10.0.0.1:7002", "replica", "up", "3", "up", "17", "10.0.0.2:7001", "-1")));
        Probe probe = control.probe(address());
        assertThat(probe.epoch()).contains(epoch(42));
        assertThat(probe.nodes())
                .containsExactly(
                        new NodeHealth(node(1, 1), Role.MASTER, false, Duration.ofSeconds(6), false, null, -1),
                        new NodeHealth(node(1, 2), Role.REPLICA, true, Duration.ofMillis(3), true, node(2, 1), -1));
    }

    @Test
    void tells_a_node_that_has_ended_from_a_silent_one() {
        answers(Map.of(
                "PING", "+PONG\r\n",
                "UMCTL GETEPOCH", ":42\r\n",
                "UMCTL NODES", "*1\r\n" + row("10.0.0.1:7001", "master", "refused", "60", "none", "0")));
        assertThat(control.probe(address()).nodes())
                .containsExactly(new NodeHealth(
                        node(1, 1), Role.MASTER, false, true, Duration.ofMillis(60), false, null, -1, false));
    }

    @Test
    void sends_what_has_changed_with_the_roles_of_those_whose_roles_have() {
        ClusterUpdate update = new ClusterUpdate(
                ORDERS, epoch(6), epoch(7), List.of(), Map.of(address(), List.of("7", "NOFLAG")), "text");
        assertThat(control.push(address(), update, true)).isEqualTo(PushOutcome.APPLIED);
        ClusterUpdate ofOthers = new ClusterUpdate(ORDERS, epoch(6), epoch(7), List.of(), Map.of(), "text");
        proxy.script(command -> "-UNKNOWN_BASE the present metadata is another, its epoch is 5\r\n");
        assertThat(control.push(address(), ofOthers, false)).isEqualTo(PushOutcome.UNKNOWN_BASE);
        proxy.script(command -> UNKNOWN);
        assertThat(control.push(address(), ofOthers, false)).isEqualTo(PushOutcome.UNKNOWN_COMMAND);
        assertThat(proxy.commandLines())
                .containsExactly(
                        "UMCTL SETCHANGE " + proxy.address() + " 2 7 NOFLAG text LEASE",
                        "UMCTL SETCHANGE " + proxy.address() + " 0 text",
                        "UMCTL SETCHANGE " + proxy.address() + " 0 text");
    }

    @Test
    void probes_a_proxy_of_the_original() {
        answers(Map.of("PING", "+OK\r\n", "UMCTL GETEPOCH", ":0\r\n", "UMCTL NODES", "-Invalid sub command NODES\r\n"));
        assertThat(control.probe(address())).isEqualTo(new Probe(Optional.of(epoch(0)), List.of()));
    }

    @Test
    void any_answer_is_a_sign_of_life() {
        proxy.script(command -> "-NOAUTH Authentication required\r\n");
        assertThat(control.probe(address())).isEqualTo(new Probe(Optional.empty(), List.of()));
    }

    @Test
    void a_row_that_cannot_be_parsed_does_not_fail_the_probe() {
        answers(Map.of(
                "UMCTL GETEPOCH",
                ":1\r\n",
                "UMCTL NODES",
                "*3\r\n:5\r\n*1\r\n$1\r\nx\r\n" + row("10.0.0.1:7001", "master", "up", "0", "none", "0")));
        assertThat(control.probe(address()).nodes()).hasSize(1);
    }

    @Test
    void a_connection_is_reused() {
        for (int i = 0; i < 5; i++) {
            control.probe(address());
        }
        assertThat(proxy.connections()).isEqualTo(1);
    }

    @Test
    void a_proxy_that_does_not_answer_costs_one_timeout_and_its_connection() {
        proxy.script(command -> command.get(0).equals("PING") ? "+PONG\r\n" : RespServer.SILENCE);
        long start = System.nanoTime();
        failsWith(Reason.TIMEOUT, () -> control.probe(address()));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(TIMEOUT, TIMEOUT.multipliedBy(10));
        await().until(() -> proxy.openConnections() == 0);
        proxy.script(command -> ":1\r\n");
        assertThat(control.probe(address()).epoch()).contains(epoch(1));
    }

    @Test
    void a_host_that_does_not_even_accept_costs_one_timeout() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fillers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Socket filler = new Socket();
                fillers.add(filler);
                try {
                    filler.connect(full.getLocalSocketAddress(), 200);
                } catch (IOException e) {
                    break; // The backlog is full: what comes now hangs.
                }
            }
            failsWith(Reason.TIMEOUT, () -> control.probe(new ProxyAddress("127.0.0.1:" + full.getLocalPort())));
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void gives_the_reason_of_a_failed_probe() throws IOException {
        ProxyAddress address = address();
        proxy.script(command -> RespServer.HANG_UP);
        failsWith(Reason.CLOSED, () -> control.probe(address));
        proxy.script(command -> "HTTP/1.1 400 Bad Request\r\n");
        failsWith(Reason.PROTOCOL, () -> control.probe(address));
        proxy.close();
        failsWith(Reason.UNREACHABLE, () -> control.probe(address));
        // No name server is asked for what cannot be a name, and none can be slow to answer.
        failsWith(Reason.UNREACHABLE, () -> control.probe(new ProxyAddress("x".repeat(64) + ".invalid:5299")));
    }

    @Test
    void pushes_roles_and_slots_in_one_message() {
        assertThat(control.push(metadata(), false)).isEqualTo(PushOutcome.APPLIED);
        assertThat(proxy.commandLines()).hasSize(1);
        assertThat(proxy.commandLines().get(0))
                .startsWith("UMCTL SETMETA 6 7 NOFLAG master orders 10.0.0.1:7001 0"
                        + " v2 7 NOFLAG orders 10.0.0.1:7001 1 0-16383 REPLICA ");
    }

    @Test
    void compresses_slots_when_told_to() {
        try (RespProxyControl compressing = new RespProxyControl(1, TIMEOUT, TIMEOUT, ProxyLogin.NONE, true, null)) {
            compressing.push(metadata(), false);
        }
        assertThat(proxy.commandLines().get(0))
                .startsWith("UMCTL SETMETA 6 7 NOFLAG master orders 10.0.0.1:7001 0 v2 7 COMPRESS H4sI");
    }

    @Test
    void old_metadata_is_not_an_error() {
        proxy.script(command -> "-OLD_EPOCH\r\n");
        assertThat(control.push(metadata(), false)).isEqualTo(PushOutcome.OLD_EPOCH);
        control.push(metadata(), false);
        assertThat(proxy.connections()).isEqualTo(1);
    }

    @Test
    void a_warning_is_a_success() {
        proxy.script(command -> "+WARNING: ignored invalid config\r\n");
        assertThat(control.push(metadata(), false)).isEqualTo(PushOutcome.APPLIED);
    }

    @Test
    void a_refusal_closes_the_connection() {
        proxy.script(command -> "-TRY_AGAIN\r\n");
        failsWith(Reason.REFUSED, () -> control.push(metadata(), false))
                .hasMessageContaining("UMCTL SETMETA: TRY_AGAIN");
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void a_wrong_machine_closes_the_connection() {
        proxy.script(command -> "-ERR_NOT_MY_META\r\n");
        assertThat(control.push(metadata(), false)).isEqualTo(PushOutcome.NOT_MINE);
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void a_proxy_of_the_original_gets_roles_before_slots_and_no_replicas() {
        proxy.script(RespProxyControlTest::original);
        assertThat(control.push(metadata(), false)).isEqualTo(PushOutcome.APPLIED);
        assertThat(proxy.commandLines()).hasSize(3);
        assertThat(proxy.commandLines().get(1)).isEqualTo("UMCTL SETREPL 7 NOFLAG master orders 10.0.0.1:7001 0");
        assertThat(proxy.commandLines().get(2))
                .startsWith("UMCTL SETCLUSTER v2 7 NOFLAG orders 10.0.0.1:7001 1 0-16383 CONFIG ");
        proxy.forgetCommands();
        control.push(metadata(), false);
        assertThat(proxy.commandLines()).as("it is remembered").hasSize(2);
    }

    @Test
    void a_proxy_of_ours_in_place_of_one_of_the_original_is_noticed() {
        proxy.script(RespProxyControlTest::original);
        control.push(metadata(), false);
        answers(Map.of("UMCTL GETEPOCH", ":0\r\n", "UMCTL NODES", "*0\r\n"));
        control.probe(address());
        proxy.forgetCommands();
        control.push(metadata(), false);
        assertThat(proxy.commandLines()).hasSize(1);
        assertThat(proxy.commandLines().get(0)).startsWith("UMCTL SETMETA ");
    }

    @Test
    void slots_follow_although_the_roles_are_old_at_the_original() {
        proxy.script(command -> command.get(1).equals("SETREPL") ? "-OLD_EPOCH\r\n" : original(command));
        assertThat(control.push(metadata(), false)).isEqualTo(PushOutcome.APPLIED);
        assertThat(proxy.connections()).as("it is not an error").isEqualTo(1);
    }

    @Test
    void a_failed_push_of_roles_stops_before_the_slots_at_the_original() {
        proxy.script(command -> command.get(1).equals("SETREPL") ? "-TRY_AGAIN\r\n" : original(command));
        failsWith(Reason.REFUSED, () -> control.push(metadata(), false))
                .hasMessageContaining("UMCTL SETREPL: TRY_AGAIN");
        assertThat(proxy.commandLines()).hasSize(2);
        await().until(() -> proxy.openConnections() == 0);
    }

    /** Its proxies know neither {@code SETMETA} nor the section {@code REPLICA}. */
    private static String original(List<String> command) {
        if (command.contains("REPLICA")) {
            return command.get(1).equals("SETCLUSTER") ? "-Failed to parse args: InvalidArgs\r\n" : UNKNOWN;
        }
        return command.get(1).equals("SETMETA") ? UNKNOWN : "+OK\r\n";
    }

    @Test
    void reads_finished_migrations() {
        String line = "orders IMPORTING 1 100-199 3 10.0.0.1:5299 10.0.0.1:7001 10.0.0.2:5299 10.0.0.2:7001";
        finished("*1\r\n$" + line.length() + "\r\n" + line + "\r\n");
        assertThat(control.migrations(address()).finished()).containsExactly(task(coming(100, 199, 1, 2)));
        finished("*0\r\n");
        assertThat(control.migrations(address()).finished()).isEmpty();
        finished("*2\r\n$" + line.length() + "\r\n" + line + "\r\n$1\r\nx\r\n");
        failsWith(Reason.PROTOCOL, () -> control.migrations(address()));
        finished("-ERR unknown\r\n");
        failsWith(Reason.REFUSED, () -> control.migrations(address()));
    }

    @Test
    void reads_the_progress_of_migrations_from_proxies_that_have_the_command() {
        MigrationProgress progress = new MigrationProgress(
                leaving(100, 199, 1, 2),
                MigrationProgress.Side.SOURCE,
                MigrationProgress.State.COPYING,
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8,
                9,
                10,
                11,
                "OOM");
        String row = row(progress.toReply().toArray(String[]::new));
        answers(Map.of("UMCTL INFOMGR", "*0\r\n", "UMCTL MIGRATIONS", "*2\r\n" + row + row("side", "source")));
        assertThat(control.migrations(address()).progress()).containsExactly(progress);
        finished("*0\r\n");
        assertThat(control.migrations(address()).progress()).isEmpty();
    }

    private void finished(String reply) {
        answers(Map.of("UMCTL INFOMGR", reply, "UMCTL MIGRATIONS", "-Invalid sub command\r\n"));
    }

    @Test
    void tells_nothing_to_a_proxy_that_does_not_prove_the_control_secret() {
        ProxyLogin login = new ProxyLogin(Optional.of("c0ntrol"), Optional.empty(), false);
        proxy.script(command -> ":1\r\n");
        try (RespProxyControl knowing = new RespProxyControl(1, TIMEOUT, TIMEOUT, login, false, null)) {
            assertThat(knowing.probe(address()).epoch()).isEmpty();
            assertThat(proxy.commandLines())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("AUTH undermoon-control challenge:1:"));
        }
    }

    /** So it counts as failed: whoever answers at its address is not the proxy that the metadata means. */
    @Test
    void a_proxy_of_another_installation_gives_no_answer_to_a_probe() {
        ProxyLogin login = new ProxyLogin(Optional.empty(), Optional.empty(), false, () -> "1a2b");
        try (RespProxyControl knowing = new RespProxyControl(1, TIMEOUT, TIMEOUT, login, false, null)) {
            proxy.script(command -> ":1\r\n");
            assertThat(knowing.probe(address()).epoch()).contains(epoch(1));
            // As a proxy that has just read the marks in its nodes.
            proxy.script(command -> "-OTHER_INSTALLATION proxy p belongs to ffff\r\n");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> knowing.probe(address()))
                        .isInstanceOfSatisfying(
                                RespClientException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_INSTALLATION));
            }
        }
    }

    @Test
    void sends_the_password_once_for_each_connection_and_survives_its_refusal() {
        ProxyLogin withPassword = new ProxyLogin(Optional.empty(), Optional.of("s3cret"), true);
        try (RespProxyControl knowing = new RespProxyControl(1, TIMEOUT, TIMEOUT, withPassword, false, null)) {
            knowing.probe(address());
            knowing.probe(address());
            assertThat(proxy.commandLines()).startsWith("AUTH s3cret", "PING").containsOnlyOnce("AUTH s3cret");
        }
        proxy.script(command -> command.get(0).equals("AUTH") ? "-ERR no password is set\r\n" : ":1\r\n");
        try (RespProxyControl knowing = new RespProxyControl(1, TIMEOUT, TIMEOUT, withPassword, false, null)) {
            assertThat(knowing.probe(address()).epoch()).contains(epoch(1));
        }
    }

    private ProxyAddress address() {
        return new ProxyAddress(proxy.address());
    }

    private Proxy metadata() {
        Node master = new Node(node(1, 1), address(), List.of(stable(0, 16383)), new ReplMeta(Role.MASTER, List.of()));
        ReplicaNode replica = new ReplicaNode(node(2, 1), new ProxyAddress("10.0.0.2:5299"), List.of(stable(0, 16383)));
        return new Proxy(ORDERS, address(), epoch(7), List.of(master), List.of(), List.of(replica), null, null);
    }

    private void answers(Map<String, String> byCommand) {
        Function<List<String>, String> script = command -> byCommand.getOrDefault(String.join(" ", command), "+OK\r\n");
        proxy.script(script);
    }

    private static String row(String... fields) {
        StringBuilder row = new StringBuilder("*" + fields.length + "\r\n");
        for (String field : fields) {
            row.append('$').append(field.length()).append("\r\n").append(field).append("\r\n");
        }
        return row.toString();
    }

    private static AbstractThrowableAssert<?, ?> failsWith(
            Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RespClientException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
