/**
 * The metadata that the proxy has received and the routes computed from it: one immutable snapshot and its single
 * writer. Stands on {@code route}; does no I/O.
 */
@NullMarked
package io.undermoon.proxy.topology;

import org.jspecify.annotations.NullMarked;
