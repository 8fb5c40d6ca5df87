package io.undermoon.proxy.server;

import io.undermoon.client.BrokerHttpException;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.ProxySettings;
import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.cluster.FailoverRequests;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the broker for changes of roles, one after the other on a thread of its own, which ends when there is nothing to
 * do: calls of the broker block.
 */
final class BrokerFailovers implements FailoverRequests, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(BrokerFailovers.class);
    private static final int MAX_WAITING = 16;
    private static final int IDLE_SECONDS = 10;
    private static final String DOWN = "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE";

    private final @Nullable BrokerClient broker;
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                Thread thread = new Thread(task, "failover-requests");
                thread.setDaemon(true);
                return thread;
            });

    /** @param broker absent if the proxy knows none */
    BrokerFailovers(@Nullable BrokerClient broker) {
        this.broker = broker;
        executor.allowCoreThreadTimeOut(true);
    }

    static BrokerFailovers of(ProxySettings settings) {
        RegistrationSettings known = settings.registration();
        return new BrokerFailovers(
                known.brokers().isEmpty()
                        ? null
                        : new BrokerClient(known.brokers(), settings.tls().brokers(), known.token()));
    }

    @Override
    public CompletionStage<Void> takeOverFrom(ProxyAddress master, boolean force) {
        BrokerClient present = broker;
        if (present == null) {
            return CompletableFuture.failedStage(new ErrorReplyException(
                    "ERR the broker decides about roles, and this proxy knows none; set undermoon.broker_address"));
        }
        try {
            return CompletableFuture.runAsync(() -> ask(present, master, force), executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(
                    new ErrorReplyException("ERR " + MAX_WAITING + " failovers are waiting for the broker already"));
        }
    }

    private static void ask(BrokerClient broker, ProxyAddress master, boolean force) {
        try {
            broker.switchOver(master, force);
            LOG.infof("Failover asked for by a client: master=%s force=%s", master, force);
        } catch (BrokerHttpException e) {
            boolean isDown = !force && e.status() != 0 && isFailed(broker, master);
            throw new ErrorReplyException(isDown ? DOWN : refusal(e));
        } catch (IOException e) {
            throw new ErrorReplyException("ERR the broker does not answer: " + e.getMessage());
        }
    }

    private static String refusal(BrokerHttpException e) {
        return e.status() == 0
                ? "ERR no broker answers: " + e.getMessage()
                : "ERR the broker refuses: " + (e.text().isEmpty() ? e.reason() : e.text());
    }

    private static boolean isFailed(BrokerClient broker, ProxyAddress master) {
        try {
            return broker.holdsForFailed(master);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
