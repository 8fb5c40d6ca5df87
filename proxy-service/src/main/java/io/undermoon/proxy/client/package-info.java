/**
 * The connected clients: identity, user, limits and ports of each, the registry of all, {@code CLIENT PAUSE}, the slow log and the
 * access control of their commands. Stands below {@code session}; knows no command that the proxy answers itself.
 */
@NullMarked
package io.undermoon.proxy.client;

import org.jspecify.annotations.NullMarked;
