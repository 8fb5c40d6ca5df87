/**
 * Values of strings, compressed in Redis and plain for clients: which commands write and read them, the stored form, and replies
 * on their way back. Stands on {@code frame}, {@code command} and {@code backend}; knows neither sessions nor clusters.
 */
@NullMarked
package io.undermoon.proxy.compression;

import org.jspecify.annotations.NullMarked;
