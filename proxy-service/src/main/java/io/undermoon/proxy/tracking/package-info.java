/**
 * {@code CLIENT TRACKING}: clients that are told when keys change that they have read.
 */
@NullMarked
package io.undermoon.proxy.tracking;

import org.jspecify.annotations.NullMarked;
