package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a new connection before its first client command: {@code AUTH} if a password is set, and
 * {@code HELLO 3} for RESP3. No other command is sent until they are answered. For one channel; owned by its loop.
 *
 * <p>A peer gets {@code UMFORWARD 0 HELLO 3}: it answers for its own nodes and asks no peer in turn.
 */
final class LoginSequence {
    private final boolean hasPassword;
    private final int expected;
    private final StringBuilder reply = new StringBuilder();
    private int answered;
    private boolean refusesProtocol;

    /** Appends the commands, if any. */
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

    /** Appends the command that switches an endpoint to a protocol. */
    static void hello(Endpoint endpoint, Protocol protocol, ByteBuf out) {
        String version = protocol == Protocol.RESP3 ? "3" : "2";
        RespWriter.command(
                out,
                endpoint.kind() == Endpoint.Kind.PEER
                        ? List.of("UMFORWARD", "0", "HELLO", version)
                        : List.of("HELLO", version));
    }

    /** Whether a reply is due. */
    boolean isDue() {
        return answered < expected;
    }

    /** Whether the last error reply says that the other side does not speak the protocol. */
    boolean refusesProtocol() {
        return refusesProtocol;
    }

    /** Takes a part of a reply; returns its text at the end of an error reply, else null. */
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
