/**
 * Tests of whole systems: the packaged launcher and services as processes, with real Redis servers and clients, as
 * their users run them. What they are made with is in {@code io.undermoon.dev.testing} of the launcher.
 */
@NullMarked
package io.undermoon.system;

import org.jspecify.annotations.NullMarked;
