package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The difference between the clock of a node and that of this proxy.
 *
 * @param aheadMillis how much later the node's clock is
 * @param errorMillis by how much the difference may be wrong, as the question took that long
 */
record NodeClock(long aheadMillis, long errorMillis) {
    private static final Logger LOG = Logger.getLogger(NodeClock.class);

    /** Clocks that are kept equal differ by less. */
    private static final long NEGLIGIBLE_MILLIS = 100;

    /** Reads the clock; a node that does not tell its time is taken to have the time of this proxy. */
    static CompletionStage<NodeClock> read(DirectConnection node) {
        long sentNanos = System.nanoTime();
        return NodeClient.call(node, "TIME")
                .thenApply(reply -> {
                    long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sentNanos);
                    List<RespValue> time = ReplyValues.items(reply);
                    long seconds = Long.parseLong(ReplyValues.text(time.get(0)));
                    long micros = Long.parseLong(ReplyValues.text(time.get(1)));
                    long millis = TimeUnit.SECONDS.toMillis(seconds) + TimeUnit.MICROSECONDS.toMillis(micros);
                    return new NodeClock(millis - System.currentTimeMillis() + tookMillis / 2, tookMillis);
                })
                .exceptionally(problem -> {
                    LOG.infof(
                            "Clock cannot be read: node=%s reason=%s", node.endpoint(), NodeException.reason(problem));
                    return new NodeClock(0, 0);
                });
    }

    /** What has to be added to a time of this clock for a time of another one; 0 if they may be equal. */
    long millisTo(NodeClock other) {
        long difference = other.aheadMillis - aheadMillis;
        return Math.abs(difference) <= NEGLIGIBLE_MILLIS + errorMillis + other.errorMillis ? 0 : difference;
    }
}
