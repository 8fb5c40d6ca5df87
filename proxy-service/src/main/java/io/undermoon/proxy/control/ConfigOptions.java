package io.undermoon.proxy.control;

import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The options of the proxy under the names of its configuration, and under those of Redis the few that tools ask for. The
 * password is not among them.
 */
final class ConfigOptions {
    private final List<ConfigOption> options = new ArrayList<>();

    ConfigOptions(ControlSettings settings, ProxyAddress self, SlowLog slowLog) {
        addOwn(settings, self);
        addSlowLog(slowLog);
        addOfRedis(settings);
    }

    List<ConfigOption> all() {
        return options;
    }

    /** The option of this name in any case; null when there is none. */
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
        ConfigOption.Change threshold =
                new ConfigOption.Change(Long.MIN_VALUE, Long.MAX_VALUE, slowLog::thresholdMicros);
        ConfigOption.Change sampleRate = new ConfigOption.Change(0, Long.MAX_VALUE, slowLog::sampleRate);
        fixed("slowlog_len", slowLog.capacity());
        fixed("slowlog-max-len", slowLog.capacity());
        for (String name : List.of("slowlog_log_slower_than", "slowlog-log-slower-than")) {
            options.add(new ConfigOption(name, () -> Long.toString(slowLog.thresholdMicros()), threshold));
        }
        options.add(new ConfigOption("slowlog_sample_rate", () -> Long.toString(slowLog.sampleRate()), sampleRate));
    }

    private void addOfRedis(ControlSettings settings) {
        fixed("port", settings.address().port());
        fixed("databases", 1);
        fixed("maxclients", settings.maxClients());
        fixed("timeout", TimeUnit.MILLISECONDS.toSeconds(settings.sessionTimeoutMillis()));
        fixed("proto-max-bulk-len", settings.maxBulkBytes());
        fixed("cluster-enabled", "yes");
        fixed("cluster-require-full-coverage", "no");
    }

    private void fixed(String name, Object value) {
        options.add(ConfigOption.fixed(name, value));
    }
}
