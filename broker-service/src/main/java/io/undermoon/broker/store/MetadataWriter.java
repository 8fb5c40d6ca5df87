package io.undermoon.broker.store;

import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.Operations;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Plan;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.state.AuditEntry;
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
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of this broker and its single writer. A change is planned on the current value, made durable, and only
 * then published; a refused plan or a failed write changes nothing. Readers take a snapshot and never block, also while
 * the storage is away. A plan that refuses or has nothing to do is answered only when the storage has confirmed that
 * no other broker has changed what it was made from. Thread-safe.
 */
public final class MetadataWriter {
    private static final Logger LOG = Logger.getLogger(MetadataWriter.class);
    private static final int INSTALLATION_ID_LENGTH = 16;
    /** For how long a change is planned again because other brokers have stored a value first. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** The longest pause before a change is planned again; a store takes a few milliseconds. */
    private static final Duration MAX_PAUSE = Duration.ofMillis(20);

    /**
     * The part of {@link PlanContext} that is configured.
     *
     * @param migrationLimit how many migrations of a cluster run at a time, 0 for no limit
     */
    public record Limits(Duration failureTtl, int failureQuorum, int migrationLimit) {}

    /**
     * A time in which the storage cannot be read. The broker answers reads from the last value, and refuses changes.
     *
     * @param since the first failed attempt
     * @param reason the newest failure
     */
    public record Outage(Instant since, StorageException reason) {
        /** The text of the reason. */
        public String message() {
            return String.valueOf(reason.getMessage());
        }
    }

    private final MetadataStorage storage;
    private final Limits limits;
    private final Clock clock;
    private final ChangeCause.Source causes;
    private final ChangeFeed feed = new ChangeFeed();
    private final ReentrantLock writing = new ReentrantLock();

    private volatile Snapshot snapshot;
    /** Whether the storage has said that there may be a newer value. */
    private volatile boolean behind;

    private volatile @Nullable Outage outage;
    private volatile boolean lastWriteFailed;

    private record Snapshot(MetadataView view, String version) {}

    /** A writer whose changes are all the broker's own. */
    public MetadataWriter(MetadataStorage storage, Limits limits, Clock clock) {
        this(storage, limits, clock, () -> ChangeCause.BROKER);
    }

    /** @param causes asked when a change is made */
    public MetadataWriter(MetadataStorage storage, Limits limits, Clock clock, ChangeCause.Source causes) {
        this.causes = causes;
        this.storage = storage;
        this.limits = limits;
        this.clock = clock;
        Versioned initial = storage.load();
        this.snapshot = new Snapshot(new MetadataView(initial.state()), initial.version());
        storage.watch(this::changedElsewhere);
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
     * @throws UndermoonException if the plan refuses; if the result cannot be stored, with the code of the {@link
     *     StorageException}'s kind; with {@code RETRY} if other brokers stored values first in every attempt
     */
    public <R> R change(Plan<R> plan) {
        return change(cause(), plan);
    }

    /** The cause of what the calling thread does, for a change that another thread makes in the end. */
    public ChangeCause cause() {
        return causes.get();
    }

    /** As {@link #change(Plan)}, for a change that another thread has asked for. */
    public <R> R change(ChangeCause cause, Plan<R> plan) {
        return change(() -> attempt(cause, plan));
    }

    /** @param attempt gives nothing if it has to be made again */
    private <R> R change(Supplier<@Nullable Outcome<R>> attempt) {
        requireReachable();
        long start = System.nanoTime();
        writing.lock();
        try {
            do {
                requireReachable();
                Outcome<R> outcome = attempt.get();
                if (outcome != null) {
                    return outcome.result();
                }
                pause();
            } while (System.nanoTime() - start < PATIENCE.toNanos());
        } finally {
            writing.unlock();
            catchUp();
        }
        throw new UndermoonException(ErrorCode.RETRY, "other brokers change the metadata all the time; try again");
    }

    /**
     * Records that something was done which changes no metadata; returns when the record is durable.
     *
     * @param within a record of the same by the same that is not older is enough; zero for one each time
     * @return whether it was recorded anew
     * @throws UndermoonException as {@link #change}
     */
    public boolean note(ChangeCause cause, Duration within) {
        if (isNoted(entry(cause), within)) {
            return false;
        }
        change(() -> stored(state().audited(entry(cause))) ? Outcome.done(state()) : null);
        return true;
    }

    private AuditEntry entry(ChangeCause cause) {
        Epoch epoch = state().globalEpoch();
        return new AuditEntry(clock.instant().getEpochSecond(), cause.who(), cause.what(), epoch, epoch);
    }

    private boolean isNoted(AuditEntry entry, Duration within) {
        return !within.isZero()
                && state().audit().stream()
                        .anyMatch(known -> known.time() >= entry.time() - within.toSeconds()
                                && known.who().equals(entry.who())
                                && known.what().equals(entry.what()));
    }

    /**
     * Gives a new system an installation id; called at the start and periodically. One from before there were ids gets
     * it with the first proxy that asks for it: a broker that only gets copies of another must not make its own.
     */
    public void identifyNew() {
        if (outage == null && state().isEmpty()) {
            identify();
        }
    }

    /** Gives the metadata an installation id, if it has none yet. */
    public void identify() {
        if (state().installationId() == null) {
            String id = UUID.randomUUID().toString().replace("-", "").substring(0, INSTALLATION_ID_LENGTH);
            change((state, context) -> Outcome.done(state.installationId() == null ? state.ofInstallation(id) : state));
            LOG.infof("Installation has an id from now on: installation=%s", state().installationId());
        }
    }

    /** Removes expired failure reports. */
    public void expireFailureReports() {
        if (outage == null
                && !FailureReports.expire(state(), planContext()).state().equals(state())) {
            change(FailureReports::expire);
        }
    }

    /**
     * Completes with the global epoch as soon as it differs from the known one, or at the time limit. Fails as soon as
     * the storage is away, so that whoever waits asks another broker.
     */
    public CompletionStage<Epoch> awaitEpochOtherThan(Epoch known, Duration timeout) {
        CompletionStage<Epoch> answer = feed.await(known, timeout, () -> state().globalEpoch());
        // Read after the waiter was registered, so that no beginning is missed.
        outage().ifPresent(present -> feed.fail(unconfirmed(present.reason())));
        return answer;
    }

    /**
     * Reads the storage, which finds changes that it has not told of and shows whether it can be reached; called
     * periodically. After a failed write the current value is stored again, so that the broker becomes ready without
     * another change.
     */
    public void refresh() {
        if (!writing.tryLock()) {
            // The write shows as much.
            return;
        }
        try {
            adoptNewest();
            if (lastWriteFailed && stored(state())) {
                LOG.infof("Storage works again: epoch=%s", state().globalEpoch());
            }
        } catch (StorageException | UndermoonException e) {
            LOG.debugf(e, "Storage still fails: epoch=%s", state().globalEpoch());
        } finally {
            writing.unlock();
            catchUp();
        }
    }

    /**
     * Returns when the snapshot is a value that was stored at some moment during the call.
     *
     * @throws UndermoonException if the storage cannot be read, or has a copy of what another broker may have changed
     */
    public void confirm() {
        Outage present = outage;
        if (present != null) {
            throw unconfirmed(present.reason());
        }
        writing.lock();
        try {
            adoptNewest();
        } catch (StorageException e) {
            throw unconfirmed(e);
        } finally {
            writing.unlock();
            catchUp();
        }
        if (state().isOfOther()) {
            throw new UndermoonException(
                    ErrorCode.EXTERNAL,
                    "what this broker knows cannot be confirmed: it is a copy of another broker's metadata, which may"
                            + " have changed; if that broker is gone for good, call PUT /api/v3/epoch/recovery here");
        }
    }

    /** Whether the storage cannot be read, or the last attempt to store something failed. */
    public boolean storageFails() {
        return outage != null || lastWriteFailed;
    }

    /** The present outage of the storage; empty if it was readable when it was last asked. */
    public Optional<Outage> outage() {
        return Optional.ofNullable(outage);
    }

    private static UndermoonException unconfirmed(StorageException reason) {
        return new UndermoonException(
                readCode(reason), "what this broker knows cannot be confirmed: " + reason.getMessage(), reason);
    }

    private void requireReachable() {
        Outage present = outage;
        if (present != null) {
            throw new UndermoonException(
                    readCode(present.reason()),
                    "nothing was changed, because the storage cannot be used since " + present.since() + ": "
                            + present.message(),
                    present.reason());
        }
    }

    /** Absent if the plan has to be made again, because it was not made from the newest value. */
    private <R> @Nullable Outcome<R> attempt(ChangeCause cause, Plan<R> plan) {
        try {
            Outcome<R> outcome = plan.apply(state(), planContext());
            boolean done = outcome.state().isSameAs(state()) ? isConfirmed() : stored(recorded(cause, outcome.state()));
            return done ? outcome : null;
        } catch (UndermoonException refusal) {
            if (refusal.getCause() instanceof StorageException || isConfirmed()) {
                throw refusal;
            }
            return null;
        }
    }

    /**
     * With the record of the change. Reports, of failures and of replicas in sync, are no changes that somebody asked
     * for.
     */
    private Metadata recorded(ChangeCause cause, Metadata next) {
        Metadata before = state();
        AuditEntry change = new AuditEntry(
                clock.instant().getEpochSecond(), cause.who(), cause.what(), before.globalEpoch(), next.globalEpoch());
        Metadata followed = Operations.followed(before, next, change);
        return isReport(before, next) ? followed : followed.audited(change);
    }

    private static boolean isReport(Metadata before, Metadata next) {
        boolean hasSameState = next.failedProxies().equals(before.failedProxies())
                && next.drainingHosts().equals(before.drainingHosts())
                && next.allProxies().equals(before.allProxies())
                && next.maintenance().equals(before.maintenance());
        boolean isOfReplicas = next.globalEpoch().equals(before.globalEpoch());
        boolean isOfFailures =
                next.clusters().equals(before.clusters()) && !next.failures().equals(before.failures());
        return hasSameState && (isOfReplicas || isOfFailures);
    }

    /** Whether the storage still has the value that this broker knows. */
    private boolean isConfirmed() {
        String before = snapshot.version();
        return requireNewest().equals(before);
    }

    private boolean stored(Metadata next) {
        WriteResult result = write(next);
        if (result instanceof WriteResult.Stored stored) {
            publish(next, stored.version());
            return true;
        }
        requireNewest();
        return false;
    }

    private WriteResult write(Metadata next) {
        try {
            WriteResult result = storage.compareAndSet(snapshot.version(), next);
            lastWriteFailed = false;
            return result;
        } catch (StorageException e) {
            LOG.logf(
                    lastWriteFailed ? Logger.Level.DEBUG : Logger.Level.ERROR,
                    "Metadata not stored: epoch=%s error=%s",
                    next.globalEpoch(),
                    e.getMessage());
            lastWriteFailed = true;
            if (e.kind().isAway()) {
                beginOutage(e);
            }
            String effect = e.kind() == StorageException.Kind.UNKNOWN
                    ? "whether the change was made is unknown, look before it is made again: "
                    : "nothing was changed: ";
            throw new UndermoonException(e.kind().code(), effect + e.getMessage(), e);
        }
    }

    /** Handles a notification of the storage. It must not wait for the lock, because the caller may hold it. */
    private void changedElsewhere() {
        behind = true;
        if (!writing.isHeldByCurrentThread()) {
            catchUp();
        }
    }

    /** Publishes a value that another broker stored. If the lock is held, its holder does so after releasing it. */
    private void catchUp() {
        while (behind && writing.tryLock()) {
            try {
                behind = false;
                adoptNewest();
            } catch (StorageException e) {
                LOG.debugf(e, "Newer metadata cannot be read: epoch=%s", state().globalEpoch());
            } finally {
                writing.unlock();
            }
        }
    }

    /** As {@link #adoptNewest}, for a change. */
    private String requireNewest() {
        try {
            return adoptNewest();
        } catch (StorageException e) {
            throw new UndermoonException(readCode(e), "nothing was changed: " + e.getMessage(), e);
        }
    }

    /** Publishes what the storage has, and returns its version. */
    private String adoptNewest() {
        try {
            Versioned newest = storage.load();
            if (!newest.version().equals(snapshot.version())) {
                publish(newest.state(), newest.version());
            }
            endOutage();
            return newest.version();
        } catch (StorageException e) {
            beginOutage(e);
            throw e;
        }
    }

    private void beginOutage(StorageException reason) {
        Outage present = outage;
        if (present == null) {
            LOG.errorf(
                    "Storage cannot be used, reads are answered from the last value: epoch=%s error=%s",
                    state().globalEpoch(), reason.getMessage());
        }
        outage = new Outage(present == null ? clock.instant() : present.since(), reason);
        if (present == null) {
            feed.fail(unconfirmed(reason));
        }
    }

    private void endOutage() {
        Outage past = outage;
        if (past != null) {
            outage = null;
            LOG.infof("Storage can be used again: epoch=%s since=%s", state().globalEpoch(), past.since());
        }
    }

    private void publish(Metadata next, String version) {
        Epoch before = state().globalEpoch();
        snapshot = new Snapshot(view().next(next), version);
        if (before.isAfter(next.globalEpoch())) {
            LOG.warnf(
                    "The storage has older metadata than before, was it restored? epoch=%s epoch_before=%s",
                    next.globalEpoch(), before);
        }
        if (!before.equals(next.globalEpoch())) {
            feed.announce(next.globalEpoch());
        }
    }

    /** The code of a failure that certainly changed nothing. */
    private static ErrorCode readCode(StorageException e) {
        return e.kind() == StorageException.Kind.FAILED ? ErrorCode.PERSISTENCE_IO_ERROR : ErrorCode.EXTERNAL;
    }

    private static void pause() {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MAX_PAUSE.toNanos()));
    }
}
