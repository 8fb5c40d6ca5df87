/**
 * Subscriptions at the nodes that own the channels, shared by the clients of a loop. Stands on {@code topology} and
 * {@code backend}; knows no session: whoever subscribes is a {@link io.undermoon.proxy.pubsub.Subscriber}.
 */
@NullMarked
package io.undermoon.proxy.pubsub;

import org.jspecify.annotations.NullMarked;
