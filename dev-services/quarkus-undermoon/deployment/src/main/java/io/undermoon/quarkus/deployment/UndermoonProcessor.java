package io.undermoon.quarkus.deployment;

import io.quarkus.deployment.IsDevServicesSupportedByLaunchMode;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import io.quarkus.redis.deployment.client.RedisBuildTimeConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.undermoon.quarkus.deployment.UndermoonBuildTimeConfig.DevServices;
import io.undermoon.testing.ClusterSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The build steps of the extension. */
class UndermoonProcessor {
    private static final String FEATURE = "undermoon";
    private static final String HOSTS = "quarkus.redis.hosts";
    private static final String CLIENT_TYPE = "quarkus.redis.client-type";
    private static final Logger LOG = Logger.getLogger(UndermoonProcessor.class);

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem(FEATURE);
    }

    @BuildStep(onlyIf = {IsDevServicesSupportedByLaunchMode.class, DevServicesConfig.Enabled.class})
    void cluster(
            LaunchModeBuildItem mode,
            UndermoonBuildTimeConfig config,
            RedisBuildTimeConfig redis,
            BuildProducer<DevServicesResultBuildItem> services) {
        Optional<String> reason = whyNot(
                config.devservices().enabled(),
                ConfigUtils.isPropertyNonEmpty(HOSTS),
                redis.defaultDevService().devservices().enabled());
        if (reason.isPresent()) {
            LOG.infof("No Undermoon cluster is started: %s", reason.get());
            return;
        }
        ClusterSettings settings = settings(config.devservices(), mode.getLaunchMode());
        services.produce(DevServicesResultBuildItem.owned()
                .feature(FEATURE)
                .description("Undermoon cluster of " + settings.nodes() + " nodes")
                .serviceConfig(settings.toString())
                .startable(() -> new ClusterService(settings))
                .configProvider(Map.of(HOSTS, ClusterService::hosts, CLIENT_TYPE, ClusterService::clientType))
                .build());
    }

    /** Why there is to be no cluster; empty if there is to be one. */
    static Optional<String> whyNot(boolean isEnabled, boolean hasHosts, boolean wantsContainer) {
        if (!isEnabled) {
            return Optional.of("quarkus.undermoon.devservices.enabled is false");
        }
        if (hasHosts) {
            return Optional.of(HOSTS + " is set");
        }
        if (wantsContainer) {
            return Optional.of("quarkus.redis.devservices.enabled asks for a container");
        }
        return Optional.empty();
    }

    /** Tests have a cluster of their own, so that they neither find nor leave data. */
    private static ClusterSettings settings(DevServices wanted, LaunchMode mode) {
        boolean isShared = wanted.shared() && mode == LaunchMode.DEVELOPMENT;
        return new ClusterSettings(
                wanted.nodes(),
                wanted.activeRedirection(),
                wanted.port(),
                isShared ? Optional.of(wanted.serviceName()) : Optional.empty(),
                wanted.redisServer().map(Path::of),
                ClusterSettings.DEFAULT.timeout());
    }
}
