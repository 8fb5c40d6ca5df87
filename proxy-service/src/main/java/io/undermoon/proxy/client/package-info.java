/**
 * The connected clients: identity, user, limits and ports of each, the registry of all, {@code CLIENT PAUSE}, the slow
 * log and access control. Stands below {@code session}; imports no command that the proxy answers itself.
 */
@NullMarked
package io.undermoon.proxy.client;

import org.jspecify.annotations.NullMarked;
