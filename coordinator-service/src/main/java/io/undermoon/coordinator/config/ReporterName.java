package io.undermoon.coordinator.config;

import io.undermoon.metadata.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The reporter id of a coordinator that was given none: its address and the name of its host. The address alone would
 * make all coordinators that listen on 0.0.0.0 count as one.
 */
public final class ReporterName {
    private ReporterName() {}

    public static String of(CoordinatorConfig config) {
        return config.reporterId().orElseGet(() -> of(config.address(), hostName()));
    }

    static String of(HostPort address, String host) {
        return (address + "@" + host).replaceAll("[^A-Za-z0-9._:@~-]", "-");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            String name = System.getenv("HOSTNAME");
            return name == null ? "unknown-host" : name;
        }
    }
}
