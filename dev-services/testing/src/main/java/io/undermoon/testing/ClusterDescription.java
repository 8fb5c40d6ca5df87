package io.undermoon.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a cluster is reached, as the launcher describes it.
 *
 * @param name of the cluster at the broker
 * @param broker {@code host:port} of its HTTP API
 * @param proxies {@code host:port} of each, where clients connect
 * @param processes the process ids by the names of the services, such as {@code proxy-1} and {@code redis-7001}
 * @param error why the last order was not followed
 */
record ClusterDescription(
        String name,
        boolean activeRedirection,
        String broker,
        List<String> proxies,
        Map<String, Long> processes,
        Optional<String> error) {
    private static final String PROCESS = "process.";

    /** @param lines {@code key=value} each */
    static ClusterDescription parse(List<String> lines) {
        Map<String, String> values = new TreeMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
        }
        Map<String, Long> processes = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(PROCESS)) {
                processes.put(key.substring(PROCESS.length()), Long.valueOf(value));
            }
        });
        return new ClusterDescription(
                value(values, "cluster"),
                Boolean.parseBoolean(value(values, "active_redirection")),
                value(values, "broker"),
                List.of(value(values, "proxies").split(",")),
                Map.copyOf(processes),
                Optional.ofNullable(values.get("error")));
    }

    private static String value(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalStateException("the launcher does not say `" + key + "`: " + values);
        }
        return value;
    }
}
