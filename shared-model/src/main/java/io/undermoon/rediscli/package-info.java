/** What {@code redis-cli} takes and shows: lines as commands, and replies as text. Uses {@code resp}. */
@NullMarked
package io.undermoon.rediscli;

import org.jspecify.annotations.NullMarked;
