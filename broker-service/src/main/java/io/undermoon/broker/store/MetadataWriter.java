package io.undermoon.broker.store;

import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Plan;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.MetadataStorage.Versioned;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The metadata of this broker and its only writer. A change is planned on the present value, made durable, and only then
 * visible; a refused plan and a failed write leave no trace. Readers take a snapshot and are never blocked.
 */
public final class MetadataWriter {
    private static final Logger LOG = Logger.getLogger(MetadataWriter.class);
    /** How often a change is planned anew because another broker was faster. */
    private static final int MAX_ATTEMPTS = 10;

    /**
     * The limits that plans obey; the time is added per call.
     *
     * @param migrationLimit how many migrations of a cluster run at a time, 0 for no limit
     */
    public record Limits(Duration failureTtl, int failureQuorum, int migrationLimit) {}

    private final MetadataStorage storage;
    private final Limits limits;
    private final Clock clock;
    private final ChangeFeed feed = new ChangeFeed();
    private final ReentrantLock writing = new ReentrantLock();

    private volatile Snapshot snapshot;
    /** The version of the newest value heard of. */
    private volatile String announced;

    private volatile boolean lastWriteFailed;

    private record Snapshot(MetadataView view, String version) {}

    public MetadataWriter(MetadataStorage storage, Limits limits, Clock clock) {
        this.storage = storage;
        this.limits = limits;
        this.clock = clock;
        Versioned initial = storage.load();
        this.snapshot = new Snapshot(new MetadataView(initial.state()), initial.version());
        this.announced = initial.version();
        storage.watch(this::adopt);
    }

    /** The present metadata and the views of it. */
    public MetadataView view() {
        return snapshot.view();
    }

    public Metadata state() {
        return view().state();
    }

    /** The rules for a decision taken now. */
    public PlanContext planContext() {
        return new PlanContext(
                clock.instant().getEpochSecond(),
                limits.failureTtl().toSeconds(),
                limits.failureQuorum(),
                limits.migrationLimit());
    }

    /**
     * Changes the metadata; returns when the change is durable and visible. Blocks while other changes are made.
     *
     * @throws UndermoonException if the plan refuses, with {@code PERSISTENCE_IO_ERROR} if the result cannot be stored, with
     *     {@code RETRY} if other brokers were faster again and again
     */
    public <R> R change(Plan<R> plan) {
        writing.lock();
        try {
            for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
                Outcome<R> outcome = plan.apply(state(), planContext());
                if (outcome.state().equals(state()) || stored(outcome.state())) {
                    return outcome.result();
                }
            }
        } finally {
            writing.unlock();
            catchUp();
        }
        throw new UndermoonException(ErrorCode.RETRY, "other brokers change the metadata all the time; try again");
    }

    /** Forgets the failure reports that no longer count. */
    public void expireFailureReports() {
        if (!FailureReports.expire(state(), planContext()).state().equals(state())) {
            change(FailureReports::expire);
        }
    }

    /** The global epoch as soon as it differs from the known one, or when the time is over. */
    public CompletionStage<Epoch> awaitEpochOtherThan(Epoch known, Duration timeout) {
        return feed.await(known, timeout, () -> state().globalEpoch());
    }

    /** After a failed write, tries to store the present value, so that the broker becomes ready again by itself. */
    public void recoverStorage() {
        if (!lastWriteFailed) {
            return;
        }
        writing.lock();
        try {
            if (stored(state())) {
                LOG.infof("epoch=%s storage works again", state().globalEpoch());
            }
        } catch (UndermoonException e) {
            LOG.debugf(e, "storage still fails");
        } finally {
            writing.unlock();
        }
    }

    /** Whether the last attempt to store something failed. */
    public boolean lastWriteFailed() {
        return lastWriteFailed;
    }

    private boolean stored(Metadata next) {
        WriteResult result = write(next);
        if (result instanceof WriteResult.Stored stored) {
            announced = stored.version();
            publish(next, stored.version());
            return true;
        }
        Versioned newer = storage.load();
        announced = newer.version();
        publish(newer.state(), newer.version());
        return false;
    }

    private WriteResult write(Metadata next) {
        try {
            WriteResult result = storage.compareAndSet(snapshot.version(), next);
            lastWriteFailed = false;
            return result;
        } catch (StorageException e) {
            lastWriteFailed = true;
            LOG.errorf(e, "epoch=%s not stored", next.globalEpoch());
            throw new UndermoonException(ErrorCode.PERSISTENCE_IO_ERROR, "nothing was changed: " + e.getMessage(), e);
        }
    }

    /** Hears of what was stored, by this broker or another. Must not wait for the lock: the caller may be a writer. */
    private void adopt(Versioned stored) {
        announced = stored.version();
        if (!writing.isHeldByCurrentThread()) {
            catchUp();
        }
    }

    /** Takes over what another broker stored. Whoever holds the lock now does so after releasing it. */
    private void catchUp() {
        while (!announced.equals(snapshot.version()) && writing.tryLock()) {
            try {
                Versioned newest = storage.load();
                announced = newest.version();
                publish(newest.state(), newest.version());
            } catch (StorageException e) {
                LOG.warnf(e, "epoch=%s kept: the storage has a newer value that cannot be read", state().globalEpoch());
                return;
            } finally {
                writing.unlock();
            }
        }
    }

    private void publish(Metadata next, String version) {
        Epoch before = state().globalEpoch();
        snapshot = new Snapshot(view().next(next), version);
        if (!before.equals(next.globalEpoch())) {
            feed.announce(next.globalEpoch());
        }
    }
}
