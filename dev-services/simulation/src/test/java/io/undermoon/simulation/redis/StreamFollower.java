package io.undermoon.simulation.redis;

import java.util.List;

/** Follows the commands that a simulated master executes, as a replica does. Is called at the master. */
public interface StreamFollower {
    /** The master has executed commands that change something. */
    void executed(List<List<String>> commands);

    /** The master tells no more. */
    void ended();
}
