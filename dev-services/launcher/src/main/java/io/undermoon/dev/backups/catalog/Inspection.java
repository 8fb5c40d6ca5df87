package io.undermoon.dev.backups.catalog;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.manifest.Segment;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.DamagedFileException;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.backups.stream.CommandStream;
import io.undermoon.dev.imports.rdb.RdbException;
import io.undermoon.dev.imports.rdb.RdbReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** Reads all files of a backup, and says what is wrong with them. */
public final class Inspection {
    private final BackupStore store;
    private long keys;
    private long commands;

    public Inspection(BackupStore store) {
        this.store = store;
    }

    /** Keys of the snapshots. */
    public long keys() {
        return keys;
    }

    /** Commands of the streams. */
    public long commands() {
        return commands;
    }

    /** What is wrong; nothing if each file has the checksum that it had and can be understood. */
    public List<String> run(StoredBackup backup) throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        for (Manifest.Shard shard : backup.manifest().shards()) {
            look(shard.snapshot(), problems, this::readSnapshot);
            look(
                    shard.stream(),
                    problems,
                    in -> readStream(shard.stream().name(), in, shard.snapshotOffset(), shard.pointOffset()));
        }
        for (Segment segment : backup.segments()) {
            for (Segment.Part part : segment.parts()) {
                look(
                        part.stream(),
                        problems,
                        in -> readStream(part.stream().name(), in, part.fromOffset(), part.toOffset()));
            }
        }
        return problems;
    }

    private interface Reading {
        void run(InputStream in) throws IOException, InterruptedException;
    }

    private void look(FileFacts file, List<String> problems, Reading reading) throws IOException, InterruptedException {
        try (BackupStore.LocalCopy copy = store.local(file.name())) {
            file.require(FileFacts.of(file.name(), java.nio.file.Files.newInputStream(copy.path())));
            try (InputStream in = new BufferedInputStream(java.nio.file.Files.newInputStream(copy.path()))) {
                reading.run(in);
            }
        } catch (NoSuchFileException e) {
            problems.add(file.name() + " is missing");
        } catch (DamagedFileException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (RdbException | EOFException e) {
            problems.add(file.name() + ": " + e.getMessage());
        }
    }

    private void readSnapshot(InputStream in) throws IOException, InterruptedException {
        new RdbReader(in, new RdbReader.Sink() {
                    @Override
                    public void key(int database, byte[] key, long expiresMillis, byte[] dump) {
                        keys++;
                    }

                    @Override
                    public void function(byte[] code) {}
                })
                .read();
    }

    private void readStream(String name, InputStream in, long from, long to) throws IOException {
        CommandStream stream = new CommandStream(in, from);
        while (stream.next() != null) {
            commands++;
        }
        if (stream.offset() != to) {
            throw new DamagedFileException(name + " ends at offset " + stream.offset() + " and not at " + to);
        }
    }
}
