package io.undermoon.operator.kube;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The settings of the operator. */
@ConfigMapping(prefix = "undermoon.operator")
public interface OperatorConfig {
    /** The DNS domain of Kubernetes. */
    @WithDefault("cluster.local")
    String clusterDomain();

    /** How often a cluster is looked at that is in the middle of something. */
    @WithDefault("1s")
    Duration interval();

    /** How often a cluster is looked at that is as its spec says. */
    @WithDefault("15s")
    Duration steadyInterval();

    /** How often objects of a cluster are looked at that nobody is to change: all but pods and what makes them. */
    @WithDefault("5m")
    Duration objectsInterval();
}
