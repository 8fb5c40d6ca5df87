package io.undermoon.proxy.control.config;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientMemory;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.usage.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The options of the proxy under the names of its configuration, and under names of Redis the few that tools query. The
 * password is not among them.
 */
public final class ConfigOptions {
    private final List<ConfigOption> options = new ArrayList<>();

    public ConfigOptions(
            ControlSettings settings, ProxyAddress self, SlowLog slowLog, ClientRegistry clients, Usage usage) {
        addOwn(settings, self);
        addSlowLog(slowLog);
        add(
                List.of("cluster_slot_stats_enabled", "cluster-slot-stats-enabled"),
                () -> usage.countsSlots() ? "yes" : "no",
                ConfigOption.yesOrNo(usage::countSlots));
        addOfRedis(settings);
        addLimits(clients);
    }

    List<ConfigOption> all() {
        return options;
    }

    /** The option of this name, ignoring case; null when there is none. */
    @Nullable
    ConfigOption find(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return options.stream()
                .filter(option -> option.name().equals(wanted))
                .findFirst()
                .orElse(null);
    }

    private void addOwn(ControlSettings settings, ProxyAddress self) {
        fixed("address", settings.address());
        fixed("announce_address", self);
        fixed("announce_host", self.host());
        fixed("thread_number", settings.threads());
        fixed("backend_conn_num", settings.backendConnections());
        fixed("active_redirection", settings.activeRedirection());
        fixed("max_redirections", settings.maxRedirections() == 0 ? "none" : settings.maxRedirections());
    }

    private void addSlowLog(SlowLog slowLog) {
        ConfigOption.Change threshold = ConfigOption.number(Long.MIN_VALUE, Long.MAX_VALUE, slowLog::thresholdMicros);
        ConfigOption.Change sampleRate = ConfigOption.number(0, Long.MAX_VALUE, slowLog::sampleRate);
        add(
                List.of("slowlog_len", "slowlog-max-len"),
                () -> slowLog.capacity(),
                ConfigOption.number(0, Long.MAX_VALUE, slowLog::capacity));
        add(List.of("slowlog_log_slower_than", "slowlog-log-slower-than"), () -> slowLog.thresholdMicros(), threshold);
        add(List.of("slowlog_sample_rate"), () -> slowLog.sampleRate(), sampleRate);
    }

    private void addOfRedis(ControlSettings settings) {
        fixed("port", settings.address().port());
        fixed("databases", 1);
        fixed("cluster-enabled", "yes");
        fixed("cluster-require-full-coverage", "no");
    }

    /** The limits of clients, under the names of the configuration and of Redis. */
    private void addLimits(ClientRegistry clients) {
        add(
                List.of("maxclients"),
                () -> clients.limits().maxClients(),
                ConfigOption.number(1, Integer.MAX_VALUE, n -> clients.changeLimits(now -> now.withMaxClients(n))));
        add(
                List.of("proto-max-bulk-len", "proto_max_bulk_len"),
                () -> clients.limits().requests().maxBulkBytes(),
                bytes(n -> clients.changeLimits(now -> now.withMaxBulkBytes(n))));
        add(
                List.of("client-query-buffer-limit", "client_query_buffer_limit"),
                () -> clients.limits().queryBufferBytes(),
                bytes(n -> clients.changeLimits(now -> now.withQueryBufferBytes(n))));
        add(
                List.of("max_arguments"),
                () -> clients.limits().requests().maxArguments(),
                ConfigOption.number(1, Integer.MAX_VALUE, n -> clients.changeLimits(now -> now.withMaxArguments(n))));
        add(
                List.of("client-output-buffer-limit", "client_output_buffer_limit"),
                () -> clients.limits().output(),
                text -> {
                    clients.limits().output().with(text); // throws when the text is wrong
                    return () -> clients.changeLimits(
                            now -> now.withOutput(now.output().with(text)));
                });
        add(
                List.of("maxmemory-clients", "maxmemory_clients"),
                () -> clients.limits().memoryBytes(),
                text -> {
                    long bytes = ClientMemory.limit(text);
                    return () -> clients.changeLimits(now -> now.withMemoryBytes(bytes));
                });
        add(
                List.of("timeout"),
                () -> TimeUnit.MILLISECONDS.toSeconds(clients.limits().idleMillis()),
                ConfigOption.number(
                        0,
                        Integer.MAX_VALUE,
                        n -> clients.changeLimits(now -> now.withIdleMillis(TimeUnit.SECONDS.toMillis(n)))));
        add(
                List.of("session_timeout"),
                () -> clients.limits().idleMillis(),
                ConfigOption.number(0, Long.MAX_VALUE, n -> clients.changeLimits(now -> now.withIdleMillis(n))));
    }

    private static ConfigOption.Change bytes(LongConsumer apply) {
        return ConfigOption.memory(ClientLimits.MIN_BYTES, ClientLimits.MAX_BYTES, apply);
    }

    private void add(List<String> names, Supplier<Object> value, ConfigOption.Change change) {
        for (String name : names) {
            options.add(new ConfigOption(name, () -> value.get().toString(), change));
        }
    }

    private void fixed(String name, Object value) {
        options.add(ConfigOption.fixed(name, value));
    }
}
