package io.undermoon.broker.storage.etcd;

import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;

/**
 * How etcd is reached.
 *
 * @param endpoints where its members answer clients, at least one
 * @param prefix of all keys; ends with a slash
 * @param user empty without authentication
 * @param timeout for a call at all endpoints together
 */
public record EtcdOptions(List<HostPort> endpoints, String prefix, String user, String password, Duration timeout) {
    public EtcdOptions {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("etcd needs an endpoint");
        }
        prefix = prefix.endsWith("/") ? prefix : prefix + "/";
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "etcd " + endpoints + " " + prefix;
    }
}
