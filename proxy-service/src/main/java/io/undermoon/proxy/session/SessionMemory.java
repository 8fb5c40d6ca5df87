package io.undermoon.proxy.session;

import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientMemory;

/**
 * What a session makes the proxy hold beyond a turn of the loop, as it is noted in the {@link ClientMemory}. Owned by
 * the session's loop.
 */
final class SessionMemory {
    private final ClientMemory memory;
    private final Client client;
    private final SessionInput input;
    private final SessionOutput output;
    private final SessionLimits limits;

    /** Size of the messages that wait behind pending replies. */
    private long messageBytes;

    /** Size of the replies of nodes that wait to be merged into one. */
    private long gatheredBytes;

    /** Size of the commands that nodes have not taken. */
    private long untakenBytes;

    /** The client has begun a large command and waits for memory. */
    private boolean awaited;

    private boolean closed;

    SessionMemory(ClientMemory memory, Client client, SessionInput input, SessionOutput output, SessionLimits limits) {
        this.memory = memory;
        this.client = client;
        this.input = input;
        this.output = output;
        this.limits = limits;
    }

    /** Counts what the client holds, after some of it may have changed. */
    void count() {
        long held = untakenBytes;
        if (!closed) {
            held += input.capacity() + limits.outputBytes() + keptBytes() + gatheredBytes + client.queuedBytes();
        }
        memory.hold(client, held);
    }

    /** Counts if the client holds something, or did. */
    void countIfHeld() {
        if (input.capacity() > 0 || client.heldBytes() > 0) {
            count();
        }
    }

    /** Size of the replies and messages that wait for their turn. */
    long keptBytes() {
        return output.keptBytes() + messageBytes;
    }

    long messageBytes() {
        return messageBytes;
    }

    /** Messages wait behind pending replies, or, when negative, no longer do. */
    void addMessages(int bytes) {
        messageBytes += bytes;
    }

    /** Replies of nodes are kept to be merged into one, or, when negative, no longer are. */
    void addGathered(int bytes) {
        gatheredBytes += bytes;
        count();
    }

    /** A command waits until its node takes it; it is counted with what follows in the turn. */
    void addUntaken(int bytes) {
        untakenBytes += bytes;
    }

    /** Whether the client waits for memory. */
    boolean isAwaited() {
        return awaited;
    }

    void await() {
        awaited = true;
        memory.await(client);
    }

    /** There is memory for the large command that the client has begun. */
    void freed() {
        awaited = false;
    }

    /** The client has left: only the commands that nodes have not taken are still held. */
    void close() {
        closed = true;
        if (awaited) {
            memory.forget(client);
        }
        count();
    }
}
