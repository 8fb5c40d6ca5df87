/**
 * Tests of whole systems: the packaged launcher and services as processes, with real Redis servers and clients, as
 * their users run them.
 */
@NullMarked
package io.undermoon.system;

import org.jspecify.annotations.NullMarked;
