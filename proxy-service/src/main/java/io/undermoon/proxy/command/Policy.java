package io.undermoon.proxy.command;

/** What the proxy does with a command. Which command has which policy is said in {@link Policies}. */
public enum Policy {
    /** Sent to the owner of the slot of its keys; a script without keys to any owner. */
    FORWARD,
    /** Sent like {@link #FORWARD}, and with active redirection split where its keys are in several slots. */
    SPLIT,
    /** Sent to all nodes, or to one of them where all say the same; their replies become one. */
    GATHER,
    /** Sent like {@link #FORWARD}, on a connection that only this client uses, because the reply may take its time. */
    BLOCK,
    /** Makes or ends a state of the client's session, such as a transaction. */
    SESSION,
    /** Publishes at the owner of the channel's slot, subscribes there, or asks who has subscribed. */
    PUBSUB,
    /** Has the client told when keys change that it has read. */
    TRACK,
    /** Answered by the proxy itself. */
    LOCAL,
    /** Dangerous to the cluster or without meaning behind a proxy; never forwarded. */
    REFUSE,
    /** Has a meaning behind a proxy, but this version does not serve it. */
    NOT_YET;

    /** Whether a client gets an answer other than a refusal. */
    public boolean isServed() {
        return this != REFUSE && this != NOT_YET;
    }
}
