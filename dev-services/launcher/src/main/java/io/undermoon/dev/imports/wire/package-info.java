/**
 * Connections to Redis servers as the import needs them: with a user, TLS, and a stream of replication behind the
 * replies. Lowest floor of the import; knows nothing of what is sent.
 */
@NullMarked
package io.undermoon.dev.imports.wire;

import org.jspecify.annotations.NullMarked;
