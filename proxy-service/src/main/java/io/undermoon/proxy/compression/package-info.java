/**
 * Compression of string values, which are compressed in Redis and plain for clients: the commands that write and read
 * them, the stored form, and the translation of replies. Uses {@code frame}, {@code command} and {@code backend}; knows
 * no session and no cluster.
 */
@NullMarked
package io.undermoon.proxy.compression;

import org.jspecify.annotations.NullMarked;
