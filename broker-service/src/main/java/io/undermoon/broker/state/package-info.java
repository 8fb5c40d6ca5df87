/**
 * The whole metadata of a broker as one immutable value, in the shape of the metadata dump, and the views derived
 * from it: clusters, proxies, summaries. The lowest floor of the broker: pure, no I/O, no framework but the JSON
 * annotations.
 */
@NullMarked
package io.undermoon.broker.state;

import org.jspecify.annotations.NullMarked;
