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
 * The metadata of this broker and its single writer. A change is planned on the current value, made durable, and only
 * then published; a refused plan or a failed write changes nothing. Readers take a snapshot and never block.
 * Thread-safe.
 */
public final class MetadataWriter {
    private static final Logger LOG = Logger.getLogger(MetadataWriter.class);
    /** How often a change is planned again because another broker has stored a value first. */
    private static final int MAX_ATTEMPTS = 10;

    /**
     * The part of {@link PlanContext} that is configured.
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
    /** The version of the newest value known to be stored. */
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

    /** The current metadata with its views. */
    public MetadataView view() {
        return snapshot.view();
    }

    public Metadata state() {
        return view().state();
    }

    /** The context of a plan that is made now. */
    public PlanContext planContext() {
        return new PlanContext(
                clock.instant().getEpochSecond(),
                limits.failureTtl().toSeconds(),
                limits.failureQuorum(),
                limits.migrationLimit());
    }

    /**
     * Changes the metadata; returns when the change is durable and published. Blocks while another change is made.
     *
     * @throws UndermoonException if the plan refuses, with {@code PERSISTENCE_IO_ERROR} if the result cannot be
     *     stored, with {@code RETRY} if other brokers stored values first in every attempt
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

    /** Removes expired failure reports. */
    public void expireFailureReports() {
        if (!FailureReports.expire(state(), planContext()).state().equals(state())) {
            change(FailureReports::expire);
        }
    }

    /** Completes with the global epoch as soon as it differs from the known one, or at the time limit. */
    public CompletionStage<Epoch> awaitEpochOtherThan(Epoch known, Duration timeout) {
        return feed.await(known, timeout, () -> state().globalEpoch());
    }

    /** Stores the current value again after a failed write, so that the broker becomes ready without another change. */
    public void recoverStorage() {
        if (!lastWriteFailed) {
            return;
        }
        writing.lock();
        try {
            if (stored(state())) {
                LOG.infof("Storage works again: epoch=%s", state().globalEpoch());
            }
        } catch (UndermoonException e) {
            LOG.debugf(e, "Storage still fails: epoch=%s", state().globalEpoch());
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
            LOG.errorf(e, "Metadata not stored: epoch=%s", next.globalEpoch());
            throw new UndermoonException(ErrorCode.PERSISTENCE_IO_ERROR, "nothing was changed: " + e.getMessage(), e);
        }
    }

    /** Handles a notification of the storage. It must not wait for the lock, because the caller may hold it. */
    private void adopt(Versioned stored) {
        announced = stored.version();
        if (!writing.isHeldByCurrentThread()) {
            catchUp();
        }
    }

    /** Publishes a value that another broker stored. If the lock is held, its holder does so after releasing it. */
    private void catchUp() {
        while (!announced.equals(snapshot.version()) && writing.tryLock()) {
            try {
                Versioned newest = storage.load();
                announced = newest.version();
                publish(newest.state(), newest.version());
            } catch (StorageException e) {
                LOG.warnf(e, "Newer metadata cannot be read from the storage: epoch=%s", state().globalEpoch());
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
