package io.undermoon.dev.backups.restore;

import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.imports.wire.Access;

/**
 * What is written where.
 *
 * @param layouts tells of the destination
 * @param proxies how its proxies are logged in to
 * @param replace whether keys that it has are removed first
 * @param workers how many parts of the backup are read at the same time
 */
public record RestorePlan(
        BackupStore store, Moment moment, Layout.Source layouts, Access proxies, boolean replace, int workers) {}
