package io.undermoon.proxy.control;

import java.util.List;

/** The states of the Redis nodes of this proxy. */
public interface NodeStates {
    /** The nodes in the order of their addresses, as of the last check; callable from any thread. */
    List<NodeState> all();
}
