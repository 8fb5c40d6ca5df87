/**
 * The plan of a local stack as values: its services with their commands, ports and readiness checks. Bottom floor: no
 * I/O and no processes.
 */
@NullMarked
package io.undermoon.dev.plan;

import org.jspecify.annotations.NullMarked;
