/** The metadata in one file of the local file system, for one broker. */
@NullMarked
package io.undermoon.broker.storage.file;

import org.jspecify.annotations.NullMarked;
