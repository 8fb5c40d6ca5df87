package io.undermoon.dev.access;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A system that commands can be for.
 *
 * @param brokers {@code host:port}, {@code http://host:port} or {@code https://host:port}; at least one, all with or
 *     all without TLS
 * @param settings without secrets
 */
public record Context(List<String> brokers, Map<Setting, String> settings) {
    private static final String TLS = "https://";
    private static final String PLAIN = "http://";

    public Context {
        brokers = List.copyOf(brokers);
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        if (brokers.isEmpty()) {
            throw new IllegalArgumentException("there is no broker; expected http://host:port or https://host:port");
        }
        brokers.forEach(Context::address);
        if (brokers.stream().map(broker -> broker.startsWith(TLS)).distinct().count() > 1) {
            throw new IllegalArgumentException(
                    "brokers '" + String.join(",", brokers) + "' are of both http and https; expected one of the two");
        }
        settings.forEach(Context::check);
    }

    private static void check(Setting setting, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(setting.key() + " is empty");
        }
        if (setting.kind() == Setting.Kind.FLAG && !value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(setting.key() + " '" + value + "' is neither true nor false");
        }
    }

    public Optional<String> get(Setting setting) {
        return Optional.ofNullable(settings.get(setting));
    }

    boolean isOn(Setting setting, boolean otherwise) {
        return get(setting).map(Boolean::parseBoolean).orElse(otherwise);
    }

    /** Whether the brokers are called by TLS. */
    boolean usesTls() {
        return brokers.get(0).startsWith(TLS);
    }

    /** The brokers as {@code host:port}. */
    List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        brokers.forEach(broker -> addresses.add(address(broker)));
        return addresses;
    }

    private static String address(String broker) {
        if (!broker.contains("://")) {
            return broker;
        }
        String wrong = "broker '" + broker + "' is not host:port, http://host:port or https://host:port";
        if (!broker.startsWith(TLS) && !broker.startsWith(PLAIN)) {
            throw new IllegalArgumentException(wrong);
        }
        try {
            URI uri = new URI(broker);
            String path = uri.getRawPath() == null ? "" : uri.getRawPath();
            boolean isAddress = uri.getHost() != null && (path.isEmpty() || path.equals("/"));
            if (!isAddress || uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
                throw new IllegalArgumentException(
                        uri.getRawUserInfo() == null
                                ? wrong
                                : "the address of a broker has a user or password in it; give user and password_file");
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : broker.startsWith(TLS) ? 443 : 80;
            return uri.getHost() + ":" + port;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(wrong, e);
        }
    }
}
