package io.undermoon.dev.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.Broker;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The cluster that a command is for: its name, which comes first, and the system it is in. */
public final class ClusterTarget {
    @Mixin
    private BrokerTarget system = new BrokerTarget();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "Its name.")
    private String name = "";

    /** @throws io.undermoon.dev.plan.UsageException it cannot be the name of a cluster */
    public String name() {
        return Calls.cluster(name);
    }

    public BrokerTarget system() {
        return system;
    }

    public Broker broker() {
        return system.broker();
    }

    /**
     * Its nodes, slots and configuration.
     *
     * @throws io.undermoon.dev.plan.LaunchException there is none of this name, or no broker to say so
     */
    public JsonNode description() {
        return description(broker(), name());
    }

    /** As {@link #description()}, of any cluster. */
    public static JsonNode description(Broker broker, String name) {
        // The info is refused where there is no such cluster, which the description is not.
        Calls.of(() -> broker.get("/clusters/info/" + name));
        return Calls.of(() -> broker.get("/clusters/meta/" + name)).path("cluster");
    }
}
