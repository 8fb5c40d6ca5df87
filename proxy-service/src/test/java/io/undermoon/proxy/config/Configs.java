package io.undermoon.proxy.config;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Configurations made of a few values. */
public final class Configs {
    private Configs() {}

    /**
     * @param keysAndValues keys without the prefix, each followed by its value
     */
    public static ProxyConfig of(String... keysAndValues) {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put("undermoon." + keysAndValues[i], keysAndValues[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ProxyConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 500))
                .build()
                .getConfigMapping(ProxyConfig.class);
    }

    /** The settings of a proxy that does not listen 10000 ports above its own, where others may. */
    public static ProxySettings onOnePort(String... keysAndValues) {
        return ProxySettings.of(
                of(Stream.concat(Stream.of("replica_port", "0"), Stream.of(keysAndValues))
                        .toArray(String[]::new)),
                "test");
    }

    public static ProxySettings settings(String... keysAndValues) {
        return ProxySettings.of(of(keysAndValues), "test");
    }
}
