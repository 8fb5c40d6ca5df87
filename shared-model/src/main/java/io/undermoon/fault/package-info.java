/**
 * Failures that reach a user: one exception with an {@link io.undermoon.fault.ErrorCode}. Imports no other package of
 * this module.
 */
@NullMarked
package io.undermoon.fault;

import org.jspecify.annotations.NullMarked;
