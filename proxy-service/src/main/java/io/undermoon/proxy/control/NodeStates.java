package io.undermoon.proxy.control;

import java.util.List;

/** What is known of the Redis nodes behind this proxy. */
public interface NodeStates {
    /** The nodes in the order of their addresses, as they were when last looked at; callable from any thread. */
    List<NodeState> all();
}
