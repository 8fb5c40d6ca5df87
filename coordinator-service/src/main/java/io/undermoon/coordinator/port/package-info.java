/**
 * What the loops need of the world outside, nothing more: the broker as {@link io.undermoon.coordinator.port.MetadataSource}
 * and {@link io.undermoon.coordinator.port.FailureLedger}, the proxies as {@link io.undermoon.coordinator.port.ProxyControl}. Ground
 * floor of this service: imports only the shared model; no HTTP, no sockets, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.port;

import org.jspecify.annotations.NullMarked;
