/** {@code undermoon data}: backups of the data of clusters, see docs/backups.md. */
@NullMarked
package io.undermoon.dev.cli.backups;

import org.jspecify.annotations.NullMarked;
