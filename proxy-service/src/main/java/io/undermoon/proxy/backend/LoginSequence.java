package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a new connection says before its first command: {@code AUTH} where there is a password, and {@code HELLO 3} where it is
 * to speak RESP3. No command is sent before the answers are there. For one connection and one thread.
 *
 * <p>A peer is asked by {@code UMFORWARD 0 HELLO 3}: it answers for its own nodes, and does not ask its peers in turn.
 */
final class LoginSequence {
    private final boolean hasPassword;
    private final int expected;
    private final StringBuilder reply = new StringBuilder();
    private int answered;
    private boolean refusesProtocol;

    /** Appends the commands, none if there is nothing to say. */
    LoginSequence(Endpoint endpoint, Protocol protocol, BackendSettings settings, ByteBuf out) {
        boolean isPeer = endpoint.kind() == Endpoint.Kind.PEER;
        BackendSettings.Login login = isPeer ? settings.peers() : settings.redis();
        String password = login.password();
        hasPassword = password != null;
        if (password != null) {
            String user = login.user();
            RespWriter.command(out, user == null ? List.of("AUTH", password) : List.of("AUTH", user, password));
        }
        if (protocol == Protocol.RESP3) {
            hello(endpoint, protocol, out);
        }
        expected = (hasPassword ? 1 : 0) + (protocol == Protocol.RESP3 ? 1 : 0);
    }

    /** Appends the command by which an endpoint is asked to speak a protocol from now on. */
    static void hello(Endpoint endpoint, Protocol protocol, ByteBuf out) {
        String version = protocol == Protocol.RESP3 ? "3" : "2";
        RespWriter.command(
                out,
                endpoint.kind() == Endpoint.Kind.PEER
                        ? List.of("UMFORWARD", "0", "HELLO", version)
                        : List.of("HELLO", version));
    }

    /** Whether an answer is still to come. */
    boolean isDue() {
        return answered < expected;
    }

    /** Whether the other side does not speak the protocol. */
    boolean refusesProtocol() {
        return refusesProtocol;
    }

    /** Takes a part of an answer; the text of the refusal if it is one. */
    @Nullable
    String take(ByteBuf in, int from, int to, boolean last) {
        reply.append(in.toString(from, to - from, StandardCharsets.UTF_8));
        if (!last) {
            return null;
        }
        String text = reply.toString().trim();
        reply.setLength(0);
        boolean toHello = answered > 0 || !hasPassword;
        answered++;
        if (!text.startsWith("-")) {
            return null;
        }
        refusesProtocol = toHello && (text.startsWith("-NOPROTO") || text.contains("unknown command"));
        return text;
    }
}
