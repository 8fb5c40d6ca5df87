/**
 * The coordinator: watches proxies, pushes metadata, commits migrations, fails over. It keeps no state that it could not
 * learn again, so any number may run side by side. Floors: {@code job}, then the loops {@code detect}, {@code sync},
 * {@code migrate} and {@code failover}, then {@code port}, which the adapters {@code broker} and {@code proxy} implement.
 */
@NullMarked
package io.undermoon.coordinator;

import org.jspecify.annotations.NullMarked;
