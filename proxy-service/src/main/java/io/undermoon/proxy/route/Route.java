package io.undermoon.proxy.route;

/**
 * What becomes of a command. Where a command is sent somewhere, the route is a {@link Target} of the route table, so
 * routing allocates nothing.
 */
public sealed interface Route {
    /** The command is handled again when the routes change: its slot is being handed over. */
    Hold HOLD = new Hold();

    /** The command is split into one command for each slot of its keys. */
    Split SPLIT = new Split();

    /**
     * Any node may have the command: it is a script that names no key, or its arguments do not follow the syntax, which
     * the node says in the words of Redis.
     */
    AnyNode ANY_NODE = new AnyNode();

    /** The command is sent to a Redis node or to a peer proxy. */
    sealed interface Send extends Route permits Target.Local, Target.Remote {
        /**
         * Where to connect to.
         *
         * @param hopsLeft how many more proxies may forward the command; means nothing for a Redis node
         */
        Endpoint endpoint(int hopsLeft);
    }

    record Hold() implements Route {}

    record Split() implements Route {}

    record AnyNode() implements Route {}

    /** The client is told to send the command to a peer itself ({@code MOVED}). */
    record Redirect(Target.Remote peer) implements Route {}

    /**
     * The command is refused.
     *
     * @param error the reply without the leading {@code -}
     */
    record Refuse(String error) implements Route {}
}
