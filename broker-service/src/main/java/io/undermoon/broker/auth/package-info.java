/**
 * Who may call the API: roles, and the file of accounts. Plain Java without a framework; {@code rest} asks it for each
 * request, {@code config} makes it.
 */
@NullMarked
package io.undermoon.broker.auth;

import org.jspecify.annotations.NullMarked;
