package io.undermoon.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.resp.Protocol;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoginSequenceTest {
    private static final String AUTH = "*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n";
    private static final String HELLO = "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n";

    private final Endpoint node = new Endpoints().redis("127.0.0.1:7001");
    private final Endpoint peer = new Endpoints().peer("127.0.0.1:5299", 2);
    private final ByteBuf said = Unpooled.buffer();

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

    private LoginSequence login(Endpoint endpoint, Protocol protocol, BackendSettings.Login login) {
        return new LoginSequence(endpoint, protocol, new BackendSettings(1000, 1000, 1000, 1, login, login), said);
    }

    private String text() {
        return said.toString(StandardCharsets.US_ASCII);
    }

    /** Gives an answer in two pieces. */
    private static String answer(LoginSequence login, String answer) {
        ByteBuf in = Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII);
        assertThat(login.take(in, 0, 2, false)).isNull();
        return login.take(in, 2, in.writerIndex(), true);
    }
}
