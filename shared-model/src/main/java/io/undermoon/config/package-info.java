/**
 * How the services check the values of their configuration keys: converters for MicroProfile Config, and the error of a
 * value that does not fit another. Needs no running configuration, and imports {@code metadata} for addresses only.
 */
@NullMarked
package io.undermoon.config;

import org.jspecify.annotations.NullMarked;
