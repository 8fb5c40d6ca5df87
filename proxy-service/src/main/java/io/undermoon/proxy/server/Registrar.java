package io.undermoon.proxy.server;

import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.proxy.server.BrokerClient.BrokerException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Keeps the proxy in the broker's books: registers it when the broker does not know it, and when the broker takes it for
 * failed though both its Redis nodes answer. A proxy whose nodes do not answer is of no use to a cluster and waits.
 *
 * <p>A thread of its own; that the broker is away is logged once and harms nobody.
 */
final class Registrar implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Registrar.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final int MAX_DOUBLINGS = 16;

    private enum Situation {
        UNKNOWN,
        IN_SERVICE,
        WAITING_FOR_NODES,
        BROKER_AWAY,
        BROKER_REFUSES
    }

    private final RegistrationSettings settings;
    private final BrokerClient broker;
    private final BooleanSupplier nodesAreUp;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "registrar");
        thread.setDaemon(true);
        return thread;
    });
    private int setbacks;
    private Situation situation = Situation.UNKNOWN;
    private volatile boolean registered;

    /**
     * @param nodesAreUp whether all Redis nodes of the proxy answer
     */
    Registrar(RegistrationSettings settings, BrokerClient broker, BooleanSupplier nodesAreUp) {
        this.settings = settings;
        this.broker = broker;
        this.nodesAreUp = nodesAreUp;
    }

    void start() {
        executor.execute(this::runOnce);
    }

    /** Whether the broker knew the proxy and did not take it for failed when it last answered. */
    boolean isRegistered() {
        return registered;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private void runOnce() {
        try {
            boolean inService = ensureRegistered();
            setbacks = inService ? 0 : setbacks + 1;
        } catch (BrokerException e) {
            setbacks++;
            note(e.isAnswer() ? Situation.BROKER_REFUSES : Situation.BROKER_AWAY, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException e) {
            setbacks++;
            LOG.errorf(e, "proxy=%s registration failed unexpectedly; it is tried again", settings.self());
        }
        if (!executor.isShutdown()) {
            executor.schedule(this::runOnce, pauseMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private boolean ensureRegistered() throws BrokerException, InterruptedException {
        boolean known = broker.knows(settings.self());
        if (known && !broker.holdsForFailed(settings.self())) {
            inService("is registered");
            return true;
        }
        registered = false;
        if (!nodesAreUp.getAsBoolean()) {
            note(Situation.WAITING_FOR_NODES, "waits for its Redis nodes before it registers");
            return false;
        }
        broker.register(settings);
        inService(known ? "was taken for failed and has registered again" : "has registered");
        return true;
    }

    private void inService(String how) {
        registered = true;
        note(
                Situation.IN_SERVICE,
                how + " with nodes=" + settings.nodes() + " host=" + settings.host() + " and is in service");
    }

    /** One line for each change, none while things stay as they are. */
    private void note(Situation now, String text) {
        if (situation != now) {
            LOG.infof("proxy=%s %s", settings.self(), text);
        }
        situation = now;
    }

    /** Somewhat random, so that the proxies of a large system do not ask all at once. */
    private long pauseMillis() {
        long interval = settings.interval().toMillis();
        long pause =
                setbacks == 0 ? interval : Math.min(interval, FIRST_PAUSE_MILLIS << Math.min(setbacks, MAX_DOUBLINGS));
        return pause - ThreadLocalRandom.current().nextLong(pause / 5 + 1);
    }
}
