package io.undermoon.proxy.session;

import io.undermoon.proxy.route.Target;

/**
 * The settings of client sessions and of routing.
 *
 * @param activeRedirection whether commands for slots of other proxies are forwarded instead of answered with MOVED
 * @param maxRedirections how many proxies may look at a forwarded command
 * @param maxPipeline how many commands of a client may wait for replies; the client is not read from meanwhile
 * @param splitTransactions whether a transaction may have keys in several slots and is then carried out as one for
 *     each; means nothing without active redirection
 * @param redirectUnassigned where clients are sent while this proxy belongs to no cluster, empty for nowhere
 * @param failoverWaitMillis how long, with active redirection, commands that cannot be sent wait for a failover
 * @param allowStaleReads whether a node is read from also without a lease
 */
public record SessionSettings(
        boolean activeRedirection,
        int maxRedirections,
        int maxPipeline,
        boolean splitTransactions,
        String redirectUnassigned,
        long failoverWaitMillis,
        boolean allowStaleReads) {
    /** From any proxy over both ends of a migration and back; more are never needed. */
    public static final int MAX_REDIRECTIONS = Target.MAX_HOPS_LEFT + 2;

    /** Without stale reads. */
    public SessionSettings(
            boolean activeRedirection,
            int maxRedirections,
            int maxPipeline,
            boolean splitTransactions,
            String redirectUnassigned,
            long failoverWaitMillis) {
        this(
                activeRedirection,
                maxRedirections,
                maxPipeline,
                splitTransactions,
                redirectUnassigned,
                failoverWaitMillis,
                false);
    }

    public SessionSettings {
        if (maxRedirections < 2 || maxRedirections > MAX_REDIRECTIONS) {
            throw new IllegalArgumentException(
                    "max_redirections " + maxRedirections + " is not within 2-" + MAX_REDIRECTIONS);
        }
        if (failoverWaitMillis < 0) {
            throw new IllegalArgumentException("failover_wait is " + failoverWaitMillis + " ms, less than 0");
        }
        failoverWaitMillis = activeRedirection ? failoverWaitMillis : 0;
    }
}
