/**
 * {@code undermoon clusters}: makes, changes, shows, checks and mends clusters.
 */
@NullMarked
package io.undermoon.dev.cli.clusters;

import org.jspecify.annotations.NullMarked;
