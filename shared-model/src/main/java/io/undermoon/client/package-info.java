/**
 * The clients that the services and the launcher share: {@code Resp…} sends control commands to proxies and nodes over
 * RESP; {@code BrokerHttp…} calls the HTTP API of brokers. The top floor of this module and its
 * only room with connections: no other room imports it. No wiring framework; a service makes the clients and closes
 * them.
 */
@NullMarked
package io.undermoon.client;

import org.jspecify.annotations.NullMarked;
