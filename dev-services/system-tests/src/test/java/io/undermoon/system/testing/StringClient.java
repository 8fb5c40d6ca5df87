package io.undermoon.system.testing;

import org.jspecify.annotations.Nullable;

/** What the walk-through needs of a Redis client library. Every call may fail with the library's own exception. */
public interface StringClient extends AutoCloseable {
    /** Returns once the write is acknowledged. */
    void set(String key, String value);

    @Nullable
    String get(String key);

    @Override
    void close();
}
