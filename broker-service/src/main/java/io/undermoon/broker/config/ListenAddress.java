package io.undermoon.broker.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.HostPort;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Makes {@code undermoon.address} the listen address of the HTTP server. It ranks below every ordinary source, so that
 * an explicit {@code quarkus.http.host} or {@code quarkus.http.port} wins.
 */
public final class ListenAddress implements ConfigSourceFactory {
    static final String DEFAULT = "127.0.0.1:7799";

    private static final String KEY = "undermoon.address";
    private static final int BELOW_APPLICATION_PROPERTIES = 200;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue configured = context.getValue(KEY);
        String text = configured == null || configured.getValue() == null ? DEFAULT : configured.getValue();
        return List.of(new PropertiesConfigSource(listenOn(text), KEY, BELOW_APPLICATION_PROPERTIES));
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(BELOW_APPLICATION_PROPERTIES);
    }

    private static Map<String, String> listenOn(String text) {
        try {
            HostPort address = HostPort.parse(text.trim());
            return Map.of("quarkus.http.host", address.host(), "quarkus.http.port", Integer.toString(address.port()));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("address", text, "expected host:port with a port within 1-65535");
        }
    }
}
