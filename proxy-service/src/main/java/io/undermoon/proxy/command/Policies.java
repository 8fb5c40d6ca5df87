package io.undermoon.proxy.command;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The policies of all commands, as lists of names.
 *
 * <p>{@code container|*} stands for the sub-commands of a container that are not listed. A command that is in no list
 * is forwarded if it has keys and refused if it has none, because no node can be chosen for it.
 */
final class Policies {
    /** Answered by the proxy itself. */
    private static final String LOCAL = """
            acl acl|* asking auth echo hello info ping quit readonly readwrite reset role select time umctl umforward
            client client|getname client|help client|id client|info client|list client|kill client|no-evict
            client|no-touch client|pause client|reply client|setinfo client|setname client|unblock client|unpause
            cluster cluster|countkeysinslot cluster|failover cluster|getkeysinslot cluster|help cluster|info
            cluster|keyslot cluster|links cluster|myid cluster|myshardid cluster|nodes cluster|replicas cluster|shards cluster|slaves
            cluster|slot-stats cluster|slots
            command command|*
            config config|get config|help config|resetstat config|set
            debug hotkeys hotkeys|* latency latency|* module|list pfdebug pfselftest
            memory|doctor memory|malloc-stats memory|purge memory|stats
            slowlog slowlog|*
            """;

    /**
     * Containers of which only the sub-commands do something: without a known sub-command the proxy answers with an
     * error.
     */
    private static final String CONTAINERS = """
            function memory module object pubsub script xgroup xinfo
            """;

    /** Have keys that may be in several slots, and a reply that can be merged from parts. */
    private static final String SPLIT = """
            del exists mget mset touch unlink
            """;

    /** Concern all keys or all scripts of the nodes. */
    private static final String GATHER = """
            dbsize flushall flushdb keys randomkey scan
            function|delete function|dump function|flush function|help function|kill function|list function|load
            function|restore function|stats script|exists script|flush script|help script|kill script|load
            """;

    /** Begin or end a state of the client's session. */
    private static final String SESSION = """
            discard exec multi unwatch watch
            """;

    /** Block at a node, on a connection pinned to the client. */
    private static final String BLOCK = """
            blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin wait waitaof
            """;

    /** Client tracking. */
    private static final String TRACK = """
            client|caching client|getredir client|tracking client|trackinginfo
            """;

    /** Pub/sub. */
    private static final String PUBSUB = """
            psubscribe publish pubsub|* punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe
            """;

    /** Make sense behind a proxy, but need several nodes, a pinned connection, or session state. */
    private static final String NOT_YET = """
            client|*
            """;

    /** Have no keys and the same reply at every node. */
    private static final String ANYWHERE = """
            memory|help object|help xgroup|help xinfo|help
            """;

    /** Would harm the cluster or other tenants, or concern one node where the client sees many. */
    private static final String REFUSE = """
            bgrewriteaof bgsave cluster|* commandlog commandlog|* config|rewrite failover
            function|* lastsave
            lolwut memory|* migrate module|* move psync replconf
            replicaof restore-asking save script|debug script|* shutdown slaveof swapdb sync
            """;

    /**
     * Learnt from KeyDB, and refused although they have keys: {@code DUMP} leaves the expiry of members out, so that it
     * would be lost when slots move, and scripts that the node runs by itself have rights that those of clients lack.
     */
    private static final Set<String> REFUSE_LEARNT =
            Set.of("expiremember", "expirememberat", "pexpirememberat", "keydb.cron");

    private final Map<String, Policy> byName = new HashMap<>();

    Policies() {
        list(LOCAL, Policy.LOCAL);
        list(CONTAINERS, Policy.LOCAL);
        list(SPLIT, Policy.SPLIT);
        list(GATHER, Policy.GATHER);
        list(SESSION, Policy.SESSION);
        list(BLOCK, Policy.BLOCK);
        list(TRACK, Policy.TRACK);
        list(PUBSUB, Policy.PUBSUB);
        list("monitor", Policy.MONITOR);
        list(NOT_YET, Policy.NOT_YET);
        list(ANYWHERE, Policy.FORWARD);
        list(REFUSE, Policy.REFUSE);
    }

    /**
     * @param name the full name, {@code get} or {@code client|setname}
     */
    Policy of(String name, boolean hasKeys) {
        Policy listed = byName.get(name);
        if (listed != null) {
            return listed;
        }
        if (hasKeys) {
            return Policy.FORWARD;
        }
        int bar = name.indexOf('|');
        return bar < 0 ? Policy.REFUSE : byName.getOrDefault(name.substring(0, bar + 1) + "*", Policy.REFUSE);
    }

    /**
     * The policy of a learnt command: refused if it is administrative, dangerous, without keys, listed as such, or in a
     * container that is listed as a whole; else forwarded by its keys.
     */
    Policy ofLearnt(CommandLine line) {
        boolean isListed = REFUSE_LEARNT.contains(line.name())
                || line.isSubcommand() && byName.containsKey(line.containerName() + "|*");
        boolean isDangerous = line.flags().contains(CommandFlag.ADMIN)
                || line.categories().contains("admin")
                || line.categories().contains("dangerous");
        if (isListed || isDangerous || !line.hasKeys()) {
            return Policy.REFUSE;
        }
        return line.flags().contains(CommandFlag.BLOCKING) ? Policy.BLOCK : Policy.FORWARD;
    }

    /** All names in the lists. */
    Set<String> names() {
        return byName.keySet();
    }

    private void list(String names, Policy policy) {
        for (String name : names.strip().split("\\s+", -1)) {
            Policy before = byName.put(name, policy);
            if (before != null) {
                throw new IllegalStateException(name + " is listed as " + before + " and as " + policy);
            }
        }
    }
}
