package io.undermoon.proxy.control.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.testing.ControlFixture;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionCommandsTest {
    private static final String WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

    private final ControlFixture open = new ControlFixture();
    private final ControlFixture guarded = new ControlFixture("secret", true);

    @AfterEach
    void close() {
        open.close();
        guarded.close();
    }

    @Test
    void answers_ping_and_echo() {
        assertThat(open.words("PING")).isEqualTo("+PONG\r\n");
        assertThat(open.words("PING hi")).isEqualTo("$2\r\nhi\r\n");
        assertThat(open.words("ECHO hi")).isEqualTo("$2\r\nhi\r\n");
    }

    @Test
    void quit_ends_the_connection_after_the_reply() {
        assertThat(open.words("QUIT")).isEqualTo("+OK\r\n");
        assertThat(open.client.closesAfterReply()).isTrue();
    }

    @Test
    void has_one_database() {
        assertThat(open.words("SELECT 0")).isEqualTo("+OK\r\n");
        assertThat(open.words("SELECT 1")).isEqualTo("-ERR SELECT is not allowed in cluster mode\r\n");
    }

    @Test
    void readonly_and_readwrite_set_the_mode() {
        assertThat(open.words("READONLY")).isEqualTo("+OK\r\n");
        assertThat(open.client.readOnly()).isTrue();
        assertThat(open.words("READWRITE")).isEqualTo("+OK\r\n");
        assertThat(open.client.readOnly()).isFalse();
    }

    @Test
    void auth_requires_the_password() {
        assertThat(guarded.words("AUTH wrong")).isEqualTo(WRONG);
        assertThat(guarded.words("AUTH somebody secret")).isEqualTo(WRONG);
        assertThat(guarded.client.authenticated()).isFalse();
        assertThat(guarded.words("AUTH secret")).isEqualTo("+OK\r\n");
        assertThat(guarded.client.authenticated()).isTrue();
        assertThat(guarded.words("AUTH wrong")).isEqualTo(WRONG);
        assertThat(guarded.client.authenticated()).isTrue();
    }

    @Test
    void auth_accepts_the_default_user() {
        assertThat(guarded.words("AUTH default secret")).isEqualTo("+OK\r\n");
        assertThat(guarded.client.authenticated()).isTrue();
    }

    @Test
    void hello_introduces_the_proxy() {
        assertThat(open.words("HELLO 2 SETNAME me"))
                .isEqualTo(
                        "*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:2\r\n"
                                + "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$7\r\ncluster\r\n$4\r\nrole\r\n$6\r\n"
                                + "master\r\n$7\r\nmodules\r\n*0\r\n");
        assertThat(open.client.name()).isEqualTo("me");
    }

    @Test
    void hello_switches_the_protocol_and_reset_restores_it() {
        assertThat(open.words("HELLO 3")).startsWith("%7\r\n$6\r\nserver\r\n").contains("$5\r\nproto\r\n:3\r\n");
        assertThat(open.words("CLIENT GETNAME")).isEqualTo("_\r\n");
        assertThat(open.words("CLIENT INFO")).startsWith("=").contains("txt:id=1 ", " resp=3 ");
        assertThat(open.words("HELLO")).startsWith("%7\r\n");
        assertThat(open.words("HELLO 4")).isEqualTo("-NOPROTO unsupported protocol version\r\n");
        assertThat(open.words("HELLO 2 FOO")).startsWith("-ERR Syntax error");
        assertThat(open.client.protocol()).isEqualTo(Protocol.RESP3);
        open.words("RESET");
        assertThat(open.words("HELLO")).startsWith("*14\r\n").contains("$5\r\nproto\r\n:2\r\n");
    }

    @Test
    void hello_logs_in() {
        assertThat(guarded.words("HELLO 2")).startsWith("-NOAUTH HELLO must be called with the client already");
        assertThat(guarded.words("HELLO 2 AUTH default wrong SETNAME me")).isEqualTo(WRONG);
        assertThat(guarded.words("HELLO 2 AUTH default secret SETNAME me")).startsWith("*14\r\n");
        assertThat(guarded.client.authenticated()).isTrue();
        assertThat(guarded.client.name()).isEqualTo("me");
    }

    @Test
    void a_wrong_hello_changes_nothing() {
        assertThat(guarded.words("HELLO 2 SETNAME me AUTH default secret FOO"))
                .isEqualTo("-ERR Syntax error in HELLO option 'FOO'\r\n");
        assertThat(guarded.client.authenticated()).isFalse();
        assertThat(guarded.client.name()).isEmpty();
    }

    @Test
    void reset_restores_the_initial_state() {
        guarded.words("HELLO 2 AUTH default secret SETNAME me");
        guarded.words("READONLY");
        assertThat(guarded.words("RESET")).isEqualTo("+RESET\r\n");
        assertThat(guarded.client.authenticated()).isFalse();
        assertThat(guarded.client.readOnly()).isFalse();
        assertThat(guarded.client.name()).isEmpty();
    }

    @Test
    void names_the_client() {
        assertThat(open.words("CLIENT GETNAME")).isEqualTo("$-1\r\n");
        assertThat(open.words("CLIENT SETNAME me")).isEqualTo("+OK\r\n");
        assertThat(open.words("CLIENT GETNAME")).isEqualTo("$2\r\nme\r\n");
        assertThat(open.wire("CLIENT", "SETNAME", "a\nb"))
                .isEqualTo("-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
        assertThat(open.words("CLIENT GETNAME")).isEqualTo("$2\r\nme\r\n");
        assertThat(open.wire("CLIENT", "SETNAME", "")).isEqualTo("+OK\r\n");
        assertThat(open.words("CLIENT GETNAME")).isEqualTo("$-1\r\n");
    }

    @Test
    void stores_the_client_library() {
        assertThat(open.words("CLIENT SETINFO lib-name jedis(x)")).isEqualTo("+OK\r\n");
        assertThat(open.words("CLIENT SETINFO LIB-VER 6.2.0")).isEqualTo("+OK\r\n");
        assertThat(open.text("CLIENT", "INFO")).endsWith(" lib-name=jedis(x) lib-ver=6.2.0\n");
        assertThat(open.words("CLIENT SETINFO foo bar")).isEqualTo("-ERR Unrecognized option 'foo'\r\n");
        assertThat(open.wire("CLIENT", "SETINFO", "lib-name", "a b"))
                .isEqualTo("-ERR lib-name cannot contain spaces, newlines or special characters.\r\n");
    }

    @Test
    void lists_clients() {
        Client other = open.connect();
        other.name("other");
        other.readOnly(true);
        assertThat(open.text("CLIENT", "LIST").lines())
                .hasSize(2)
                .first()
                .asString()
                .matches("id=1 addr=127.0.0.1:40001 laddr=127.0.0.1:5299 fd=-1 name= age=\\d+ idle=\\d+ flags=N "
                        + "db=0 .* user=default .*");
        assertThat(open.text("CLIENT", "LIST", "ID", "2", "77"))
                .startsWith("id=2 ")
                .contains(" name=other ", " flags=r ")
                .hasLineCount(1);
        assertThat(open.text("CLIENT", "LIST", "TYPE", "normal")).hasLineCount(2);
        assertThat(open.call("CLIENT", "LIST", "TYPE", "Replica")).isEqualTo(new RespValue.Bulk(""));
        assertThat(open.words("CLIENT ID")).isEqualTo(":1\r\n");
    }
}
