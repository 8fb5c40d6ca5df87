/** Where the files of backups are: a directory, or a bucket of S3. Knows nothing of what is in them. */
@NullMarked
package io.undermoon.dev.backups.store;

import org.jspecify.annotations.NullMarked;
