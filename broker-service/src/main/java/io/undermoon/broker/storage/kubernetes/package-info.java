/**
 * The metadata in ConfigMaps of Kubernetes, for any number of brokers, by the API of Kubernetes. Uses the HTTP client
 * of {@code io.undermoon.client}.
 */
@NullMarked
package io.undermoon.broker.storage.kubernetes;

import org.jspecify.annotations.NullMarked;
