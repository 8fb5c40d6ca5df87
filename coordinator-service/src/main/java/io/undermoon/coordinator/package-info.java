/**
 * The coordinator: probes proxies, pushes metadata, commits migrations, triggers failovers. It keeps no state that it
 * cannot learn again, so any number of coordinators may run side by side. Floors: {@code job}; the loops {@code detect}
 * and {@code migrate}, which stand on the loop {@code sync}, and {@code failover}; then {@code port}, which the
 * adapters {@code broker} and {@code proxy} implement.
 */
@NullMarked
package io.undermoon.coordinator;

import org.jspecify.annotations.NullMarked;
