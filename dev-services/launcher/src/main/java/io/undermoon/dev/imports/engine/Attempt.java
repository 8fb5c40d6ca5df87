package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.ImportMode;
import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.rdb.RdbException;
import io.undermoon.dev.imports.rdb.RdbReader;
import io.undermoon.dev.imports.source.Follower;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.dev.imports.source.ReplicationLink;
import io.undermoon.dev.imports.source.SourceReader;
import io.undermoon.dev.imports.source.Spool;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;

/**
 * The threads of one attempt: a link to every master of the source, who reads keys again, and who writes. They share
 * the backlog, and end with it.
 */
final class Attempt implements Follower, AutoCloseable {
    private static final int WRITERS = 4;
    private static final int MAX_REREADERS = 4;
    private static final long JOIN_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 200;

    private final ImportPlan plan;
    private final SourceSide source;
    private final TargetSide destination;
    private final Backlog backlog;
    private final Notices notices;

    /** Masters of which the next full copy is the first that the destination ever gets. */
    private final Set<HostPort> firstCopies = ConcurrentHashMap.newKeySet();

    private final List<ReplicationLink> links = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<HostPort, Thread> snapshots = new ConcurrentHashMap<>();
    private final Set<HostPort> broken = ConcurrentHashMap.newKeySet();

    /**
     * @param known positions of masters that need no full copy
     * @param isFirst whether the destination has got nothing of the source yet, and was empty
     */
    Attempt(
            ImportPlan plan,
            SourceSide source,
            Target target,
            Backlog backlog,
            Notices notices,
            Map<HostPort, Position> known,
            boolean isFirst) {
        this.plan = plan;
        this.source = source;
        this.destination = new TargetSide(plan, target);
        this.backlog = backlog;
        this.notices = notices;
        Throttle throttle = new Throttle(plan.maxBytesPerSecond());
        Set<HostPort> masters = source.layout().masters();
        for (int i = 0; i < WRITERS; i++) {
            SlotWriter writer = new SlotWriter(backlog, target, plan.keys(), throttle, notices);
            threads.add(new Thread(writer, "import-writer-" + i));
        }
        for (int i = 0; i < Math.min(MAX_REREADERS, 1 + masters.size()); i++) {
            threads.add(new Thread(new KeyRereader(backlog, source.reader(), notices), "import-reader-" + i));
        }
        for (HostPort master : masters) {
            if (isFirst && !known.containsKey(master)) {
                firstCopies.add(master);
            }
            ReplicationLink link = new ReplicationLink(
                    master, plan.fromAccess(), plan.databaseNumber(), known.get(master), plan.spoolDirectory(), this);
            links.add(link);
            threads.add(new Thread(link, "import-link-" + master));
        }
    }

    void start() {
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Whether all has been copied as a whole, and the streams of all masters are followed at the moment. */
    boolean isLive() {
        return broken.isEmpty() && backlog.isWhole(source.layout().masters());
    }

    /** Why it is not live; empty if it is. */
    String missing() {
        if (!broken.isEmpty()) {
            return "the connection to " + broken.iterator().next();
        }
        for (HostPort master : source.layout().masters()) {
            if (backlog.position(master) == null) {
                return "the stream of " + master;
            }
        }
        return backlog.snapshots() == 0 ? "" : "the full copy: " + backlog.changesOpen() + " keys are on their way";
    }

    @Override
    public void snapshot(HostPort master, Spool spool) {
        Thread former = snapshots.get(master);
        if (former != null) {
            joinFully(former);
        }
        backlog.beginSnapshot(master);
        boolean isFirst = firstCopies.remove(master);
        notices.say("a full copy of " + master + " begins");
        if (!isFirst && plan.mode() == ImportMode.MERGE) {
            notices.say("what the source has deleted since a former full copy stays in the destination with --merge;"
                    + " `undermoon import verify` lists it");
        }
        Thread reader = new Thread(() -> read(master, spool, isFirst), "import-snapshot-" + master);
        reader.setDaemon(true);
        snapshots.put(master, reader);
        reader.start();
    }

    /** Two snapshots of one master must not be read at once: values of the older one could replace newer ones. */
    private void joinFully(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            backlog.end();
        }
    }

    private void read(HostPort master, Spool spool, boolean isFirst) {
        boolean[] hasFunctions = {false};
        RdbReader.Sink sink = new RdbReader.Sink() {
            @Override
            public void key(int database, byte[] key, long expiresMillis, byte[] dump) throws InterruptedException {
                if (database == plan.databaseNumber() && plan.wants(key)) {
                    take(master, key, expiresMillis, dump);
                }
            }

            @Override
            public void function(byte[] code) {
                hasFunctions[0] = true;
            }
        };
        try (spool) {
            new RdbReader(spool.reader(), sink).read();
            if (hasFunctions[0]) {
                functionsChanged(master);
            }
            if (!isFirst && plan.mode() != ImportMode.MERGE) {
                removeSurplus(master);
            }
        } catch (RdbException e) {
            backlog.fail(new LaunchException(master + ": " + e.getMessage(), e));
        } catch (IOException e) {
            if (spool.hasFailed()) {
                // The link begins another one.
                notices.source(String.valueOf(e.getMessage()));
            } else {
                backlog.fail(new IOException("the snapshot of " + master + " is not read: " + e.getMessage(), e));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            backlog.fail(e);
        } finally {
            backlog.endSnapshot();
        }
    }

    private void take(HostPort master, byte[] key, long expiresMillis, byte[] dump) throws InterruptedException {
        if (!source.layout().isContent(master, Slot.of(key))) {
            backlog.readAgain(List.of(key));
            return;
        }
        try {
            backlog.copied(key, expiresMillis, dump);
        } catch (EndedException e) {
            throw (InterruptedException) new InterruptedException("the attempt has ended").initCause(e);
        }
    }

    /** Has keys removed that the source does not have, among them those that it has lost since a former copy. */
    private void removeSurplus(HostPort master) throws InterruptedException {
        while (true) {
            try (SourceReader reader = source.reader()) {
                IntPredicate mine = slot -> source.layout().isContent(master, slot);
                // Values that wait here, of a former snapshot or from before a FLUSHALL, are found by no scan.
                destination.findSurplus(backlog.pending(mine), reader, backlog::readAgain);
                destination.findSurplus(mine, reader, backlog::readAgain);
                return;
            } catch (IOException e) {
                notices.destination(String.valueOf(e.getMessage()));
                requireGoingOn();
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void requireGoingOn() throws InterruptedException {
        try {
            backlog.requireGoingOn();
        } catch (EndedException e) {
            throw (InterruptedException) new InterruptedException("the attempt has ended").initCause(e);
        }
    }

    @Override
    public void changed(HostPort master, List<byte[]> keys, Position position) {
        broken.remove(master);
        boolean all = keys.isEmpty() || keys.stream().allMatch(plan::wants);
        backlog.changed(master, all ? keys : keys.stream().filter(plan::wants).toList(), position);
    }

    @Override
    public void everythingChanged(HostPort master, String command) {
        if (plan.mode() == ImportMode.MERGE) {
            backlog.fail(new LaunchException("the source has executed " + command.toUpperCase(java.util.Locale.ROOT)
                    + ", and which keys of the destination came from it is not known with --merge. Nothing was removed."
                    + " Begin anew with another --name, or with --replace into a cluster of its own."));
            return;
        }
        Thread snapshot = snapshots.get(master);
        if (snapshot != null) {
            // What it still brings would come after what is removed now.
            joinFully(snapshot);
        }
        try {
            removeSurplus(master);
            while (true) {
                try {
                    source.scan(master, backlog::readAgain);
                    return;
                } catch (IOException e) {
                    notices.source(String.valueOf(e.getMessage()));
                    requireGoingOn();
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void functionsChanged(HostPort master) {
        try (RedisConnection connection = source.open(master)) {
            destination.copyFunctions(connection);
        } catch (LaunchException e) {
            backlog.fail(e);
        } catch (IOException e) {
            // Functions are read as a whole whenever an attempt begins to follow.
            backlog.fail(e);
        }
    }

    @Override
    public void lost(HostPort master, String reason) {
        broken.add(master);
        notices.source(reason);
    }

    @Override
    public void failed(HostPort master, Exception reason) {
        backlog.fail(
                reason instanceof LaunchException
                        ? reason
                        : new LaunchException("the source cannot be followed: " + reason.getMessage(), reason));
    }

    /** Ends all threads, so that nothing more is sent. */
    @Override
    public void close() {
        backlog.end();
        links.forEach(ReplicationLink::close);
        List<Thread> all = new ArrayList<>(threads);
        all.addAll(snapshots.values());
        for (Thread thread : all) {
            thread.interrupt();
        }
        for (Thread thread : all) {
            try {
                thread.join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
