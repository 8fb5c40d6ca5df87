package io.undermoon.proxy.command;

/** What the proxy does with a command. Which command has which policy is said in {@link Policies}. */
public enum Policy {
    /** Sent to the owner of the slot of its keys; it has at least one key. */
    FORWARD,
    /** Answered by the proxy itself. */
    LOCAL,
    /** Dangerous to the cluster or without meaning behind a proxy; never forwarded. */
    REFUSE,
    /** Has a meaning behind a proxy, but this version does not serve it. */
    NOT_YET
}
