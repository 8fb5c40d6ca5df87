package io.undermoon.simulation.service;

import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.store.HotSpares;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.UndermoonException;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A broker: its single writer of the metadata and its plans, without HTTP. */
public final class Broker {
    private static final long RESTART = World.SECOND;

    private final World world;
    private final SimProcess process;
    private final SharedStorage storage;
    private final MetadataWriter.Limits limits;
    private @Nullable MetadataWriter writer;

    public Broker(World world, SimProcess process, SharedStorage storage, MetadataWriter.Limits limits) {
        this.world = world;
        this.process = process.withoutWaiting();
        this.storage = storage;
        this.limits = limits;
    }

    public SimProcess process() {
        return process;
    }

    /** Starts; without the storage it ends and is started again. */
    public void start() {
        process.start();
        writer = null;
        world.later(process, World.MILLI, this::open);
    }

    private void open() {
        try {
            writer = new MetadataWriter(storage.of(process), limits, new ProcessClock(process));
        } catch (StorageException e) {
            world.later(process, RESTART, this::open);
            return;
        }
        world.repeat(process, World.SECOND, () -> quietly(writer()::expireFailureReports));
        world.repeat(process, World.SECOND, () -> writer().refresh());
        HotSpares spares = new HotSpares(writer());
        world.repeat(process, World.SECOND, () -> quietly(spares::round));
    }

    /** As the scheduler does: what fails is tried again. */
    private static void quietly(Runnable task) {
        try {
            task.run();
        } catch (UndermoonException e) {
            // The storage is away, say.
        }
    }

    /** As kill -9. */
    public void kill() {
        process.kill();
        writer = null;
        storage.of(process).close();
    }

    /** Whether it answers. */
    public boolean isOpen() {
        return process.isRunning() && writer != null;
    }

    public MetadataWriter writer() {
        MetadataWriter present = writer;
        if (present == null) {
            throw new IllegalStateException(process + " has not started yet");
        }
        return present;
    }

    /** The wall clock of a process. */
    private static final class ProcessClock extends Clock {
        private final SimProcess process;

        ProcessClock(SimProcess process) {
            this.process = process;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(process.wallMillis());
        }
    }
}
