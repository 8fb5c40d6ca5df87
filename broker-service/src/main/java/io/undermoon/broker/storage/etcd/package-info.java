/**
 * The metadata in etcd, for any number of brokers, by its HTTP/JSON gateway. Uses the HTTP client of {@code
 * io.undermoon.client}.
 */
@NullMarked
package io.undermoon.broker.storage.etcd;

import org.jspecify.annotations.NullMarked;
