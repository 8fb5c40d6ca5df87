package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.imports.wire.Access;
import java.time.Duration;

/**
 * What is backed up and where to.
 *
 * @param cluster its name, which is the first part of the names of files
 * @param layouts tells who its masters are
 * @param nodes how its Redis nodes are logged in to
 * @param holdMillis for how long writers may be held at most
 * @param patience for how long slots may go on moving before it is given up
 */
public record BackupPlan(
        String cluster, Layout.Source layouts, Access nodes, BackupStore store, long holdMillis, Duration patience) {}
