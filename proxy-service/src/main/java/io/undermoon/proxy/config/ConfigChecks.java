package io.undermoon.proxy.config;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.control.ClientLimits;
import io.undermoon.proxy.control.MemorySize;
import io.undermoon.proxy.control.OutputLimits;
import io.undermoon.proxy.session.SessionSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The rules that values of the configuration have to keep. A broken one is reported with key, value and expectation. */
public final class ConfigChecks {
    private static final List<String> BATCH_STRATEGIES = List.of("disabled", "fixed", "dynamic");

    private ConfigChecks() {}

    static HostPort address(String key, String value) {
        try {
            return HostPort.parse(value);
        } catch (IllegalArgumentException e) {
            throw invalid(key, value, "host:port with a port within 1-65535");
        }
    }

    /** An address that can stand in a URL. */
    static HostPort httpAddress(String key, String value) {
        HostPort address = address(key, value);
        try {
            if (new URI("http://" + address).getHost() != null) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw invalid(key, value, "host:port that can stand in a URL (" + e.getReason() + ")");
        }
        throw invalid(key, value, "host:port with a host of letters, digits, dots and hyphens");
    }

    static List<NodeAddress> nodes(List<String> values) {
        List<NodeAddress> nodes = values.stream()
                .map(value ->
                        new NodeAddress(address("node_addresses", value.strip()).toString()))
                .toList();
        if (!nodes.isEmpty() && (nodes.size() != 2 || new HashSet<>(nodes).size() != 2)) {
            throw invalid("node_addresses", String.join(",", values), "two different addresses");
        }
        return nodes;
    }

    static long atLeast(long min, String key, long value) {
        if (value < min) {
            throw invalid(key, value, "at least " + min);
        }
        return value;
    }

    /** A size in bytes, with or without a unit, that a command or an argument may have. */
    static long commandSize(String key, String value) {
        OptionalLong bytes = MemorySize.parse(value);
        if (bytes.isEmpty()
                || bytes.getAsLong() < ClientLimits.MIN_BYTES
                || bytes.getAsLong() > ClientLimits.MAX_BYTES) {
            throw invalid(key, value, "a size within 1mb-1gb");
        }
        return bytes.getAsLong();
    }

    static OutputLimits outputLimits(String key, String value) {
        try {
            return OutputLimits.DEFAULT.with(value);
        } catch (IllegalArgumentException e) {
            throw invalid(key, value, "<class> <hard limit> <soft limit> <soft seconds> … (" + e.getMessage() + ")");
        }
    }

    /** What {@code max_redirections} comes to: 0 once meant "without limit", and 1 would let no command be redirected. */
    static int redirections(int value) {
        if (value < 0 || value > SessionSettings.MAX_REDIRECTIONS) {
            throw invalid("max_redirections", value, "0 to " + SessionSettings.MAX_REDIRECTIONS);
        }
        return switch (value) {
            case 0 -> SessionSettings.MAX_REDIRECTIONS;
            case 1 -> 2;
            default -> value;
        };
    }

    static Duration positive(String key, Duration value) {
        if (value.toMillis() < 1) {
            throw invalid(key, value, "at least a millisecond");
        }
        return value;
    }

    static Duration notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw invalid(key, value, "a duration that is not negative");
        }
        return value;
    }

    static BackendSettings.Login redisLogin(ProxyConfig config) {
        if (config.redisUser().isPresent() && config.redisPassword().isEmpty()) {
            throw invalid("redis_user", config.redisUser().get(), "redis_password beside it");
        }
        return new BackendSettings.Login(
                config.redisUser().orElse(null), config.redisPassword().orElse(null));
    }

    /** Values without effect are checked all the same: one that is wrong is a mistake somebody made. */
    static void checkUnused(ProxyConfig config) {
        positive("backend_conn_num", config.backendConnNum());
        positive("backend_flush_size", config.backendFlushSize());
        positive("backend_low_flush_interval", config.backendLowFlushInterval());
        positive("backend_high_flush_interval", config.backendHighFlushInterval());
        config.backendBatchStrategy().ifPresent(value -> {
            if (!BATCH_STRATEGIES.contains(value)) {
                throw invalid("backend_batch_strategy", value, "one of " + String.join(", ", BATCH_STRATEGIES));
            }
        });
    }

    private static void positive(String key, Optional<Integer> value) {
        value.ifPresent(number -> atLeast(1, key, number));
    }

    /** How others reach the proxy: as it is told to announce, or where it listens for peers. */
    static String announced(ProxyConfig config) {
        Optional<String> forTls = config.tls().peers() ? config.tls().address() : Optional.empty();
        return config.announceAddress().or(() -> forTls).orElse(config.address());
    }

    /** What is worth saying of a configuration that is valid. */
    public static List<String> remarks(ProxyConfig config) {
        List<String> remarks = new ArrayList<>();
        if (config.maxRedirections() == 0) {
            remarks.add(
                    "undermoon.max_redirections=0, once 'without limit', means " + SessionSettings.MAX_REDIRECTIONS);
        }
        if (config.activeRedirection() && config.maxRedirections() == 1) {
            remarks.add("undermoon.max_redirections=1 would let no command be redirected; it is taken for 2");
        }
        String host = HostPort.parse(announced(config)).host();
        if (host.equals("0.0.0.0") || host.equals("::")) {
            remarks.add("others cannot reach this proxy at " + host + "; set undermoon.announce_address");
        }
        if (config.brokerAddress().isPresent() && config.nodeAddresses().isEmpty()) {
            remarks.add("without undermoon.node_addresses the proxy does not register with the broker");
        }
        if (config.usersFile().isPresent() && config.controlSecret().isEmpty()) {
            remarks.add(
                    "without undermoon.control_secret the other proxies are user 'default' here, and every user with the "
                            + "right to UMCTL can change the cluster");
        }
        return remarks;
    }

    static IllegalArgumentException invalid(String key, Object value, String expectation) {
        return new IllegalArgumentException("undermoon." + key + "=" + value + ": expected " + expectation);
    }
}
