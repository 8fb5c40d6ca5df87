package io.undermoon.broker.observe;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a proxy, from its {@code INFO}; sums of the masters behind it where they are about data.
 *
 * @param opsPerSecond commands of clients
 * @param calls commands of clients since the proxy started
 * @param micros the time for which clients waited for their replies, summed up over these
 * @param usedMemory bytes of the masters
 * @param maxMemory the limit of it, 0 for none
 * @param proxyMemory bytes of the proxy itself
 * @param inputKilobytes per second, from clients
 * @param outputKilobytes per second, to clients
 */
public record Figures(
        long opsPerSecond,
        long calls,
        long micros,
        long usedMemory,
        long maxMemory,
        long proxyMemory,
        long keys,
        long clients,
        double inputKilobytes,
        double outputKilobytes) {
    private static final String COMMAND = "cmdstat_";

    /** Reads the text of {@code INFO}; absent if it has not what our proxies tell. */
    public static @Nullable Figures parse(String info) {
        Map<String, String> fields = new HashMap<>();
        long calls = 0;
        long micros = 0;
        for (String line : info.split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.startsWith("#")) {
                continue;
            }
            String name = line.substring(0, colon);
            String value = line.substring(colon + 1);
            if (name.startsWith(COMMAND)) {
                calls += number(part(value, "calls"));
                micros += number(part(value, "usec"));
            } else {
                fields.put(name, value);
            }
        }
        if (!fields.containsKey("instantaneous_ops_per_sec")) {
            return null;
        }
        return new Figures(
                number(fields.get("instantaneous_ops_per_sec")),
                calls,
                micros,
                number(fields.get("used_memory")),
                number(fields.get("maxmemory")),
                number(fields.get("used_memory_proxy")),
                number(part(fields.getOrDefault("db0", ""), "keys")),
                number(fields.get("connected_clients")),
                decimal(fields.get("instantaneous_input_kbps")),
                decimal(fields.get("instantaneous_output_kbps")));
    }

    /** Of {@code calls=5,usec=70} the value of a name; absent if it is not there. */
    private static @Nullable String part(String value, String name) {
        for (String each : value.split(",")) {
            if (each.startsWith(name) && each.length() > name.length() && each.charAt(name.length()) == '=') {
                return each.substring(name.length() + 1);
            }
        }
        return null;
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? 0 : Math.max(0, Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static double decimal(@Nullable String text) {
        try {
            double value = text == null ? 0 : Double.parseDouble(text.strip());
            return Double.isFinite(value) ? Math.max(0, value) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
