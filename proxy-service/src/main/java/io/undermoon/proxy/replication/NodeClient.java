package io.undermoon.proxy.replication;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendQuery;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One node as something to ask. A stage fails with {@link RefusedException} when the node answers with an error. */
final class NodeClient {
    private final BackendQuery query;
    private final Endpoint node;

    NodeClient(BackendQuery query, Endpoint node) {
        this.query = query;
        this.node = node;
    }

    /** The node answered with an error. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String error) {
            super(error);
        }
    }

    /** Sends a command; commands take effect in the order of the calls. */
    CompletionStage<RespValue> call(List<String> command) {
        return query.ask(node, command).thenApply(NodeClient::decode);
    }

    /** How the node is. A server without the persistence section is taken to be ready. */
    CompletionStage<NodeReport> report() {
        CompletionStage<String> replication =
                call(List.of("INFO", "replication")).thenApply(NodeClient::text);
        CompletionStage<String> persistence =
                call(List.of("INFO", "persistence")).thenApply(NodeClient::text).exceptionally(problem -> "");
        return replication.thenCombine(persistence, (role, loading) -> NodeReport.parse(role + "\n" + loading));
    }

    private static RespValue decode(ByteBuf reply) {
        try {
            RespValue value = new RespReader(RespLimits.CONTROL).read(reply);
            if (value == null) {
                throw new IllegalStateException("a reply that is no value");
            }
            if (value instanceof RespValue.Failure failure) {
                throw new RefusedException(failure.text());
            }
            return value;
        } finally {
            reply.release();
        }
    }

    private static String text(RespValue value) {
        if (value instanceof RespValue.Bulk bulk) {
            return bulk.text();
        }
        if (value instanceof RespValue.Verbatim verbatim) {
            return verbatim.text();
        }
        throw new IllegalStateException("the reply to INFO is no text");
    }
}
