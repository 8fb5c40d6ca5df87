/**
 * The JSON shape of the metadata in the HTTP API, the metadata dump and compressed UMCTL arguments.
 * Stands on {@code metadata}; nothing else may decide how a value looks in JSON.
 */
@NullMarked
package io.undermoon.json;

import org.jspecify.annotations.NullMarked;
