/**
 * Clients for the services of Undermoon: the broker's HTTP API. The only package of this module that does I/O. It uses
 * {@code metadata}, {@code json} and {@code tls}; none of them may import it.
 */
@NullMarked
package io.undermoon.client;

import org.jspecify.annotations.NullMarked;
