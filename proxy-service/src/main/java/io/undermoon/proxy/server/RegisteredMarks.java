package io.undermoon.proxy.server;

import org.jspecify.annotations.Nullable;

/**
 * What a proxy tells the broker of the marks in its nodes.
 *
 * @param installationId the system that they belong to; absent if nothing says so
 * @param unusable why they cannot be given to a cluster; absent if they can
 */
record RegisteredMarks(
        @Nullable String installationId, @Nullable String unusable) {
    static final RegisteredMarks NONE = new RegisteredMarks(null, null);
}
