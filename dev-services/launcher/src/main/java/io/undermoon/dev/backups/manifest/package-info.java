/** What a backup says of itself, as JSON beside its files. Knows nothing of where these are. */
@NullMarked
package io.undermoon.dev.backups.manifest;

import org.jspecify.annotations.NullMarked;
