/**
 * Commands about the connection of a client: {@code AUTH}, {@code HELLO}, {@code RESET}, {@code CLIENT}, {@code PING},
 * {@code ECHO}, {@code SELECT}, {@code READONLY}, {@code QUIT} and the like.
 */
@NullMarked
package io.undermoon.proxy.control.connection;

import org.jspecify.annotations.NullMarked;
