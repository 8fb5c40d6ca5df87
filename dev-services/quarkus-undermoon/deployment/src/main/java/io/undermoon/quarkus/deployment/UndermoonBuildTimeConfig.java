package io.undermoon.quarkus.deployment;

import io.quarkus.runtime.annotations.ConfigGroup;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the extension. */
@ConfigMapping(prefix = "quarkus.undermoon")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface UndermoonBuildTimeConfig {
    /** The cluster that is there in dev and test mode. */
    DevServices devservices();

    /** Settings of that cluster. When one changes, the cluster is replaced at the next live reload. */
    @ConfigGroup
    interface DevServices {
        /**
         * Whether a cluster is started in dev and test mode. None is where `quarkus.redis.hosts` is set, or
         * `quarkus.redis.devservices.enabled`.
         */
        @WithDefault("true")
        boolean enabled();

        /** Redis nodes, masters and replicas together: a multiple of 4. Each two of them take a proxy. */
        @WithDefault("4")
        int nodes();

        /**
         * Whether proxies forward commands for keys of other proxies. The client is then of the type `standalone`, with
         * one proxy as its host, else of the type `cluster`.
         */
        @WithDefault("false")
        boolean activeRedirection();

        /**
         * Whether all applications of this user that are in dev mode use one cluster. It is as the first of them wants
         * it, and there until the last one ends. Tests have a cluster of their own.
         */
        @WithDefault("true")
        boolean shared();

        /** The name of the shared cluster; applications with other names have other clusters. */
        @WithDefault("undermoon")
        String serviceName();

        /**
         * The port of the first proxy. The others and the other services take ports from 21 below to 498 above it. By
         * default ports that are free.
         */
        OptionalInt port();

        /**
         * The program to run as Redis nodes, of any version: a path. By default the `redis-server`, `valkey-server` or
         * `keydb-server` on `PATH`, else a Redis 7.0 that comes with the extension.
         */
        Optional<String> redisServer();
    }
}
