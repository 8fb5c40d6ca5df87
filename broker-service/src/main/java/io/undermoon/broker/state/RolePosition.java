package io.undermoon.broker.state;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which of the four nodes of a chunk are masters. Nodes 0 and 1 belong to the first proxy, 2 and 3 to the second; node
 * {@code n} replicates with node {@code 3 - n} whatever the position.
 */
public enum RolePosition {
    /** One master on each half: nodes 0 and 2. */
    @JsonProperty("Normal")
    NORMAL(0, 2),
    /** Both masters on the first half: nodes 0 and 1. */
    @JsonProperty("FirstChunkMaster")
    FIRST_CHUNK_MASTER(0, 1),
    /** Both masters on the second half: nodes 3 and 2. */
    @JsonProperty("SecondChunkMaster")
    SECOND_CHUNK_MASTER(3, 2);

    private final int firstMaster;
    private final int secondMaster;

    RolePosition(int firstMaster, int secondMaster) {
        this.firstMaster = firstMaster;
        this.secondMaster = secondMaster;
    }

    /** The index (0 to 3) of the node that is master of a part (0 or 1) of the chunk. */
    public int masterNode(int part) {
        return part == 0 ? firstMaster : secondMaster;
    }

    /** The part (0 or 1) whose master or replica the node is, whatever the position. */
    public static int partOfNode(int node) {
        return node == 0 || node == 3 ? 0 : 1;
    }

    public boolean isMaster(int node) {
        return node == firstMaster || node == secondMaster;
    }

    /** The position in which one half of the chunk (0 or 1) has both masters. */
    public static RolePosition mastersOn(int half) {
        return half == 0 ? FIRST_CHUNK_MASTER : SECOND_CHUNK_MASTER;
    }

    /** The node at the other end of a node's replication link. */
    public static int replicationPeer(int node) {
        return StoredChunk.NODES - 1 - node;
    }
}
