/**
 * The ground floor, on which loops and adapters stand: the interfaces through which the loops reach the outside (the
 * broker as {@link io.undermoon.coordinator.port.MetadataSource} and
 * {@link io.undermoon.coordinator.port.FailureLedger}, the proxies as
 * {@link io.undermoon.coordinator.port.ProxyControl}), and what paces them: bounded concurrency and back-off. Imports
 * only the shared model; no HTTP, no sockets, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.port;

import org.jspecify.annotations.NullMarked;
