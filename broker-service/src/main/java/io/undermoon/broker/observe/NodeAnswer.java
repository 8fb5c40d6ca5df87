package io.undermoon.broker.observe;

import io.undermoon.metadata.NodeAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Redis node as its proxy sees it, one line of {@code UMCTL NODES}.
 *
 * @param role {@code master} or {@code replica}
 * @param state {@code up}, {@code down}, or {@code refused} where nobody listens at its address any more
 * @param link of a replica: {@code up} with the data of its master, {@code behind} or {@code down}; else {@code none}
 * @param offset in the replication stream, 0 when unknown
 * @param master that a replica follows; absent for a master
 * @param restart of a master: {@code none}, {@code accepted}, or what keeps it from serving since it restarted
 */
public record NodeAnswer(
        NodeAddress address,
        String role,
        String state,
        String link,
        long offset,
        @Nullable NodeAddress master,
        String restart) {
    private static final int FIELDS = 9;

    /** Reads the fields of a line; empty if they are other ones. */
    public static Optional<NodeAnswer> parse(List<String> fields) {
        if (fields.size() < FIELDS) {
            return Optional.empty();
        }
        try {
            String master = fields.get(6);
            return Optional.of(new NodeAnswer(
                    new NodeAddress(fields.get(0)),
                    fields.get(1).equals("master") ? "master" : "replica",
                    fields.get(2),
                    fields.get(4),
                    Long.parseLong(fields.get(5)),
                    master.isEmpty() ? null : new NodeAddress(master),
                    fields.get(8)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    NodeAnswer withOffset(long newOffset) {
        return new NodeAnswer(address, role, state, link, newOffset, master, restart);
    }

    public boolean isUp() {
        return state.equals("up");
    }

    /** Whether the node may serve, as far as a restart does not forbid it. */
    public boolean isCleared() {
        return restart.equals("none") || restart.equals("accepted");
    }
}
