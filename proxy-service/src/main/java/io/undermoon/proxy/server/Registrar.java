package io.undermoon.proxy.server;

import io.undermoon.client.BrokerHttpException;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Tenancy;
import io.undermoon.proxy.config.RegistrationSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the proxy registered with the broker: registers it when the broker does not know it, and again when the
 * broker has marked it as failed though both its Redis nodes answer, or has another replica address of it. While a
 * node does not answer the proxy waits, since it could not serve.
 *
 * <p>Passes on what the broker knows about the proxy: a proxy that has just started serves by it before a coordinator
 * has sent metadata, also when there is no coordinator.
 *
 * <p>Runs on a thread of its own, because calls to the broker block and the pause depends on their outcome. While no
 * broker answers, clients are served all the same.
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
    private final BooleanSupplier needsMetadata;
    private final Supplier<RegisteredMarks> marks;
    private final BiConsumer<Proxy, Boolean> metadata;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "registrar");
        thread.setDaemon(true);
        return thread;
    });
    private int setbacks;

    /** Whether the broker was told the replica address and still had another, as a broker that keeps none. */
    private boolean toldReplicaAddress;

    /** The marks that the broker was told of; a broker that keeps none does not say so. */
    private @Nullable RegisteredMarks toldMarks;

    private Situation situation = Situation.UNKNOWN;
    private volatile boolean registered;

    /**
     * @param nodesAreUp whether all Redis nodes of the proxy answer
     * @param needsMetadata whether the proxy has no metadata yet
     * @param marks what the broker has to know of the marks in the nodes
     * @param metadata is given what the broker knows about the proxy, each time it is asked, and whether leases count
     */
    Registrar(
            RegistrationSettings settings,
            BrokerClient broker,
            BooleanSupplier nodesAreUp,
            BooleanSupplier needsMetadata,
            Supplier<RegisteredMarks> marks,
            BiConsumer<Proxy, Boolean> metadata) {
        this.marks = marks;
        this.settings = settings;
        this.broker = broker;
        this.nodesAreUp = nodesAreUp;
        this.needsMetadata = needsMetadata;
        this.metadata = metadata;
    }

    void start() {
        executor.execute(this::runOnce);
    }

    /** Whether the proxy was registered and not marked as failed when the broker last answered. */
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
        } catch (InterruptedIOException e) {
            return;
        } catch (IOException e) {
            setbacks++;
            boolean refuses = e instanceof BrokerHttpException answer && answer.status() != 0;
            Situation now = refuses ? Situation.BROKER_REFUSES : Situation.BROKER_AWAY;
            note(now, "Registration failed and is tried again", " reason=" + e.getMessage());
        } catch (RuntimeException e) {
            setbacks++;
            LOG.errorf(e, "Registration failed unexpectedly and is tried again: proxy=%s", settings.self());
        }
        if (!executor.isShutdown()) {
            executor.schedule(this::runOnce, pauseMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static ProxyAddress replicaAddress(Proxy known) {
        ProxyAddress address = known.replicaAddress();
        return address == null ? known.address() : address;
    }

    private boolean ensureRegistered() throws IOException {
        Optional<Proxy> known = broker.metadata(settings.self());
        if (known.isPresent()) {
            metadata.accept(known.get(), needsMetadata.getAsBoolean() && broker.allowLeases());
        }
        boolean isFailed = known.isPresent() && broker.holdsForFailed(settings.self());
        boolean isReplicaAddressKnown = known.map(Registrar::replicaAddress)
                .filter(settings.replicaAddress()::equals)
                .isPresent();
        boolean isToldReplicaAddress = isReplicaAddressKnown || toldReplicaAddress;
        toldReplicaAddress &= known.isPresent() && !isReplicaAddressKnown;
        registered = known.isPresent() && !isFailed;
        RegisteredMarks present = marks.get();
        if (registered && isToldReplicaAddress && areKnown(present, known)) {
            inService("Proxy is registered");
            return true;
        }
        if (!nodesAreUp.getAsBoolean()) {
            note(Situation.WAITING_FOR_NODES, "Registration waits for the Redis nodes", "");
            return false;
        }
        broker.register(settings, present);
        toldReplicaAddress = true;
        toldMarks = present;
        inService(isFailed ? "Proxy was marked as failed and registered again" : "Proxy registered");
        return true;
    }

    /** Whether the broker knows of the marks, or was told and keeps none, as one of the original. */
    private boolean areKnown(RegisteredMarks present, Optional<Proxy> known) {
        Tenancy tenancy = known.map(Proxy::tenancy).orElse(null);
        return tenancy == null
                ? present.equals(toldMarks)
                : Objects.equals(present.unusable(), tenancy.unusable())
                        && (present.installationId() == null
                                || present.installationId().equals(tenancy.installationId()));
    }

    private void inService(String text) {
        registered = true;
        note(Situation.IN_SERVICE, text, " nodes=" + settings.nodes() + " host=" + settings.host());
    }

    /** Logs a line when the situation changes. */
    private void note(Situation now, String text, String details) {
        if (situation != now) {
            LOG.infof("%s: proxy=%s%s", text, settings.self(), details);
        }
        situation = now;
    }

    /** Has a random part, so that the proxies of a large system do not ask all at once. */
    private long pauseMillis() {
        long interval = settings.interval().toMillis();
        long pause =
                setbacks == 0 ? interval : Math.min(interval, FIRST_PAUSE_MILLIS << Math.min(setbacks, MAX_DOUBLINGS));
        return pause - ThreadLocalRandom.current().nextLong(pause / 5 + 1);
    }
}
