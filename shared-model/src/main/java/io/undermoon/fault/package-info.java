/**
 * Failures that reach a user: one {@link io.undermoon.fault.ErrorCode} carried by one exception. Ground floor: imports
 * no other room.
 */
@NullMarked
package io.undermoon.fault;

import org.jspecify.annotations.NullMarked;
