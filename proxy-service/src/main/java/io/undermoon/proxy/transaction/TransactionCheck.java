package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.SessionLoop;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether nodes let the proxy's user begin transactions. A node that refuses {@code MULTI} would execute the
 * commands behind it one by one; so before its first transaction in a loop a node is sent an empty one, and the session
 * waits for the answer. A refusal counts for one transaction: then the node is asked again. Owned by a loop.
 */
final class TransactionCheck {
    private static final byte[] EMPTY = "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SessionLoop loop;
    private final Map<Endpoint, Inquiry> byNode = new HashMap<>();

    TransactionCheck(SessionLoop loop) {
        this.loop = loop;
    }

    /** Whether the answer of a node is known; if not, the session is held until it is. */
    boolean isKnown(ClientSession session, Endpoint node) {
        if (node.kind() == Endpoint.Kind.PEER) {
            return true;
        }
        Inquiry inquiry = byNode.get(node);
        if (inquiry == null) {
            inquiry = new Inquiry(node);
            byNode.put(node, inquiry);
            TransactionReply reply = new TransactionReply(inquiry, inquiry);
            // Not on the client's own connection: EXEC would forget its watched keys.
            loop.connections()
                    .shared(node, session.client().protocol())
                    .sendAll(Unpooled.wrappedBuffer(EMPTY), 2, reply.queueing(), reply);
        }
        if (!inquiry.answered) {
            session.hold();
        }
        return inquiry.answered;
    }

    /** The error for a transaction that a node must not be sent; for the next one the node is asked again. */
    @Nullable
    String refusal(Endpoint node) {
        Inquiry inquiry = byNode.get(node);
        if (inquiry == null || inquiry.refusal == null) {
            return null;
        }
        byNode.remove(node);
        return inquiry.refusal;
    }

    /** A node has refused a transaction: its rules have changed. */
    void forget(Endpoint node) {
        byNode.remove(node);
    }

    /** The question to one node. */
    private final class Inquiry implements ReplyReceiver, TransactionReply.Owner {
        private final Endpoint node;
        private boolean answered;
        private @Nullable String refusal;

        Inquiry(Endpoint node) {
            this.node = node;
        }

        @Override
        public void refused(String error) {
            refusal = "EXECABORT Transaction discarded because node " + node + " refuses MULTI: " + error;
        }

        @Override
        public void executed() {
            // It was empty.
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (last) {
                end();
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            refusal = "CLUSTERDOWN node " + node + " cannot be reached; nothing was executed";
            end();
        }

        private void end() {
            answered = true;
            loop.releaseHeld();
        }
    }
}
