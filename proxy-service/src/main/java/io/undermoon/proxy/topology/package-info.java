/**
 * What the proxy was told of its cluster: one immutable snapshot and its single writer. Stands on {@code route}.
 */
@NullMarked
package io.undermoon.proxy.topology;

import org.jspecify.annotations.NullMarked;
