/**
 * The metadata in the original's external HTTP storage, such as that of its Kubernetes operator. Uses the HTTP client
 * of {@code io.undermoon.client}.
 */
@NullMarked
package io.undermoon.broker.storage.http;

import org.jspecify.annotations.NullMarked;
