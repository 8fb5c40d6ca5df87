package io.undermoon.dev.backups.catalog;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.manifest.Segment;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.DamagedFileException;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The backups of a store. */
public final class Catalog {
    /** What has no manifest for so long is no longer being written. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private static final DateTimeFormatter ID = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    private final BackupStore store;

    public Catalog(BackupStore store) {
        this.store = store;
    }

    /** All backups, or those of one cluster, the oldest first. */
    public List<StoredBackup> all(Optional<String> cluster) throws IOException {
        List<String> names = store.list(cluster.map(name -> name + "/").orElse(""));
        Set<String> there = new HashSet<>(names);
        List<StoredBackup> backups = new ArrayList<>();
        for (String name : names) {
            if (name.endsWith("/" + Manifest.NAME)) {
                backups.add(read(name.substring(0, name.length() - Manifest.NAME.length()), there));
            }
        }
        backups.sort(
                Comparator.comparing((StoredBackup backup) -> backup.manifest().cluster())
                        .thenComparing(backup -> backup.manifest().id()));
        return backups;
    }

    private StoredBackup read(String prefix, Set<String> there) throws IOException {
        Manifest manifest = json(prefix + Manifest.NAME, Manifest.class);
        if (manifest.version() != Manifest.VERSION) {
            throw new LaunchException(prefix + Manifest.NAME + " has the version " + manifest.version()
                    + ", and this program knows " + Manifest.VERSION);
        }
        List<Segment> segments = new ArrayList<>();
        while (there.contains(prefix + Segment.name(segments.size() + 1))) {
            segments.add(json(prefix + Segment.name(segments.size() + 1), Segment.class));
        }
        return new StoredBackup(manifest, segments);
    }

    private <T> T json(String name, Class<T> type) throws IOException {
        try (InputStream in = store.open(name)) {
            return Json.mapper().readValue(in.readAllBytes(), type);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new DamagedFileException(name + " cannot be understood: " + e.getOriginalMessage(), e);
        }
    }

    /** One backup by its id. */
    public StoredBackup get(String cluster, String id) throws IOException {
        String prefix = cluster + "/" + id + "/";
        Set<String> there = new HashSet<>(store.list(prefix));
        if (!there.contains(prefix + Manifest.NAME)) {
            throw new LaunchException(
                    there.isEmpty()
                            ? "there is no backup " + cluster + "/" + id + " in " + store
                            : "the backup " + cluster + "/" + id + " was not finished: it has no manifest");
        }
        return read(prefix, there);
    }

    /**
     * The newest backup of a cluster.
     *
     * @param at if given, the newest whose point is not later
     */
    public StoredBackup newest(String cluster, Optional<Instant> at) throws IOException {
        List<StoredBackup> backups = all(Optional.of(cluster));
        if (backups.isEmpty()) {
            throw new LaunchException("there is no backup of a cluster " + cluster + " in " + store);
        }
        StoredBackup found = null;
        for (StoredBackup backup : backups) {
            if (at.isEmpty() || !backup.manifest().time().isAfter(at.get())) {
                found = backup;
            }
        }
        if (found == null) {
            throw new LaunchException("the oldest backup of " + cluster + " in " + store + " has its point at "
                    + backups.get(0).manifest().taken() + ", which is after " + at.orElseThrow());
        }
        return found;
    }

    /**
     * Removes all backups of a cluster but the newest, and what is left of those that were not finished and begun more
     * than a day ago.
     *
     * @return the ids of those that are gone
     */
    public List<String> prune(String cluster, int kept, Instant now) throws IOException {
        List<String> names = store.list(cluster + "/");
        Set<String> finished = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (String name : names) {
            String[] parts = name.split("/", -1);
            if (parts.length == 3 && begun(parts[1]).isPresent()) {
                all.add(parts[1]);
                if (parts[2].equals(Manifest.NAME)) {
                    finished.add(parts[1]);
                }
            }
        }
        List<String> newest = new ArrayList<>(finished);
        newest = newest.subList(Math.max(0, newest.size() - kept), newest.size());
        List<String> gone = new ArrayList<>();
        for (String id : all) {
            boolean abandoned = !finished.contains(id)
                    && begun(id).orElseThrow().plus(ABANDONED).isBefore(now);
            if (abandoned || finished.contains(id) && !newest.contains(id)) {
                remove(cluster + "/" + id + "/", names);
                gone.add(id);
            }
        }
        return gone;
    }

    /** Without its manifest it is no backup any more, so that goes first. */
    private void remove(String prefix, List<String> names) throws IOException {
        store.delete(prefix + Manifest.NAME);
        for (String name : names) {
            if (name.startsWith(prefix)) {
                store.delete(name);
            }
        }
    }

    private static Optional<Instant> begun(String id) {
        try {
            return Optional.of(LocalDateTime.parse(id, ID).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
