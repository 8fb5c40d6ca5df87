package io.undermoon.proxy.replication;

import io.undermoon.proxy.node.InfoReport;
import io.undermoon.resp.RespValue;
import java.util.List;

/**
 * A position in the replication stream of a master.
 *
 * @param history the id of the history of the data
 * @param offset in bytes
 */
public record ReplicationPosition(String history, long offset) {
    static ReplicationPosition of(InfoReport master) {
        return new ReplicationPosition(master.replicationId(), master.offset());
    }

    /** The reply to {@code UMCTL STEPDOWN}: an array of both. */
    public List<String> toReply() {
        return List.of(history, Long.toString(offset));
    }

    /**
     * Reads the reply.
     *
     * @throws IllegalArgumentException it is another one
     */
    static ReplicationPosition parse(RespValue reply) {
        if (!(reply instanceof RespValue.Array array) || array.items().size() != 2) {
            throw new IllegalArgumentException("not a replication position: " + reply);
        }
        return new ReplicationPosition(
                array.items().get(0).asText(),
                Long.parseLong(array.items().get(1).asText()));
    }

    /** Whether a replica follows this history. */
    boolean isOfHistory(InfoReport replica) {
        return replica.replicationId().equals(history);
    }

    /** Whether a replica has everything up to here. */
    boolean isReachedBy(InfoReport replica) {
        return isOfHistory(replica) && replica.offset() >= offset;
    }
}
