/** Which backups a store has, whether their files are as they were, and which of them are to go. */
@NullMarked
package io.undermoon.dev.backups.catalog;

import org.jspecify.annotations.NullMarked;
