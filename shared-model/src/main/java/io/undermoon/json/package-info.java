/**
 * The JSON format of the metadata in the HTTP API, the metadata dump and compressed UMCTL arguments. Uses
 * {@code metadata}; no other package defines a JSON format of these values.
 */
@NullMarked
package io.undermoon.json;

import org.jspecify.annotations.NullMarked;
