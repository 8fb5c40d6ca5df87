/**
 * Pub/sub: the commands about subscriptions, and the hubs that subscribe at the nodes that own the channels, once for
 * all clients of a loop.
 */
@NullMarked
package io.undermoon.proxy.pubsub;

import org.jspecify.annotations.NullMarked;
