package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.PinnedConnection;

/**
 * Watched keys: they live on a connection of the client's own, which also takes the client's commands for that node
 * meanwhile, so that all happens in the order it was sent.
 *
 * @param slot of the watched keys
 */
record Watch(PinnedConnection connection, int slot) {}
