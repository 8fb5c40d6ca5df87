package io.undermoon.dev.imports.wire;

import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * How to connect to the servers of one installation.
 *
 * @param user for {@code AUTH}; null for the user {@code default}
 * @param password for {@code AUTH}; null for none
 * @param tls null for plain connections
 * @param timeout to connect, and again for each reply
 */
public record Access(
        @Nullable String user,
        @Nullable String password,
        @Nullable SSLSocketFactory tls,
        Duration timeout) {
    /** Of error messages and logs: without the password. */
    @Override
    public String toString() {
        return "Access[user=" + user + ", tls=" + (tls != null) + "]";
    }
}
