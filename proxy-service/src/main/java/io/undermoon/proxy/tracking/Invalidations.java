package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The way of the invalidation messages for a client that tracks keys: to itself if it speaks RESP3, or to the client
 * that it has named with {@code REDIRECT}, on whatever loop that is. Owned by the loop of the client that tracks.
 */
final class Invalidations {
    /** The id of no client. */
    static final long NO_REDIRECT = 0;

    private static final byte[] ALL = ascii(">2\r\n$10\r\ninvalidate\r\n_\r\n");

    /** What comes before the keys in the messages of nodes and peers. */
    private static final byte[] HEAD = ascii(">2\r\n$10\r\ninvalidate\r\n");

    private final ClientSession session;
    private final ClientRegistry clients;
    private long redirect = NO_REDIRECT;
    private boolean broken;

    Invalidations(ClientSession session, ClientRegistry clients) {
        this.session = session;
        this.clients = clients;
    }

    /** Sets the client that gets the messages. */
    void redirect(long id) {
        redirect = id;
        broken = false;
    }

    /** Whether the client that was to get the last message had left. */
    boolean isBroken() {
        return broken;
    }

    /** Passes on a message of a node or peer. */
    void pass(ByteBuf in, int from, int to) {
        if (redirect == NO_REDIRECT) {
            toItself(in, from, to);
        } else if (isInvalidation(in, from, to)) {
            int keys = from + HEAD.length;
            // To clients in RESP2 nodes send a null of RESP2, also within a push.
            boolean all = in.getByte(keys) != '*';
            redirect(all ? null : bytes(in, keys, to));
        }
    }

    /** Has the client drop all it has cached. */
    void passAll() {
        if (redirect == NO_REDIRECT) {
            toItself(Unpooled.wrappedBuffer(ALL), 0, ALL.length);
        } else {
            redirect(null);
        }
    }

    /** As in Redis, a client in RESP2 gets nothing. */
    private void toItself(ByteBuf in, int from, int to) {
        if (session.client().protocol() == Protocol.RESP3) {
            session.push(in, from, to);
        }
    }

    private void redirect(byte @Nullable [] keys) {
        Client target = clients.find(redirect);
        if (target != null) {
            target.connection().invalidate(keys);
            return;
        }
        broken = true;
        if (session.client().protocol() == Protocol.RESP3) {
            ByteBuf out = Unpooled.buffer();
            RespWriter.push(out, Protocol.RESP3, 2);
            RespWriter.bulk(out, "tracking-redir-broken");
            RespWriter.integer(out, redirect);
            session.push(out, 0, out.writerIndex());
        }
    }

    private static boolean isInvalidation(ByteBuf in, int from, int to) {
        if (to - from <= HEAD.length) {
            return false;
        }
        for (int i = 0; i < HEAD.length; i++) {
            if (in.getByte(from + i) != HEAD[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] bytes(ByteBuf in, int from, int to) {
        byte[] bytes = new byte[to - from];
        in.getBytes(from, bytes);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
