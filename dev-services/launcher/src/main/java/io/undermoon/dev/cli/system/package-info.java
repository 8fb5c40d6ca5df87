/**
 * Commands about a system as a whole: its state, what is wrong with it, who has changed it, copies of its metadata, and
 * where it is.
 */
@NullMarked
package io.undermoon.dev.cli.system;

import org.jspecify.annotations.NullMarked;
