/** Backups of the metadata, and their schedules. */
@NullMarked
package io.undermoon.operator.backup;

import org.jspecify.annotations.NullMarked;
