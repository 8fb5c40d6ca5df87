/**
 * Client connections: a socket's bytes become commands, and the replies leave in the order of the commands. Knows the
 * {@link io.undermoon.proxy.session.CommandHandler} that carries commands out and the {@link
 * io.undermoon.proxy.session.SessionFeature}s that a client has begun, but no command and no slot.
 */
@NullMarked
package io.undermoon.proxy.session;

import org.jspecify.annotations.NullMarked;
