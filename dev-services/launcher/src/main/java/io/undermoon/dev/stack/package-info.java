/**
 * What a local stack is, as values: which services with which commands, ports and readiness. Bottom floor: no I/O, no
 * processes; everything here can be computed and printed without starting anything.
 */
@NullMarked
package io.undermoon.dev.stack;

import org.jspecify.annotations.NullMarked;
