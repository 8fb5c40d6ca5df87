package io.undermoon.proxy.command;

/** What the proxy does with a command. {@link Policies} assigns the policies. */
public enum Policy {
    /** Sent to the owner of the slot of its keys; a script without keys to any owner. */
    FORWARD,
    /** Sent like {@link #FORWARD}; with active redirection it is split if its keys are in several slots. */
    SPLIT,
    /** Sent to all nodes, or to any one if all reply the same; the replies are merged. */
    GATHER,
    /** Sent like {@link #FORWARD}, on a connection pinned to the client, because the command may block. */
    BLOCK,
    /** Begins or ends a state of the client's session, such as a transaction. */
    SESSION,
    /** Pub/sub: sent to the owner of the channel's slot. */
    PUBSUB,
    /** Client tracking. */
    TRACK,
    /** Shows the client the commands of all clients of the proxy. */
    MONITOR,
    /** Answered by the proxy itself. */
    LOCAL,
    /** Dangerous to the cluster or without meaning behind a proxy; never forwarded. */
    REFUSE,
    /** Makes sense behind a proxy, but is not supported by this version. */
    NOT_YET;

    /** Whether the command is supported. */
    public boolean isServed() {
        return this != REFUSE && this != NOT_YET;
    }
}
