package io.undermoon.dev.cli.hosts;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.cli.options.DryRun;
import io.undermoon.dev.controlplane.Broker;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon failover}: gives up on a proxy. */
@Command(
        name = "failover",
        mixinStandardHelpOptions = true,
        description = {
            "Gives up on a proxy that has failed: its masters go to the other half of its chunk, and another proxy"
                    + " takes its place. Coordinators do that by themselves.",
            "What the proxy has acknowledged and not copied is lost: use switchover for one that works."
        },
        footerHeading = "%nExample:%n",
        footer = "  undermoon failover 10.0.0.1:5299 --dry-run   who takes over")
public final class FailoverCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private DryRun dryRun = new DryRun();

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Option(
            names = "--force",
            description = "Also if both halves of the chunk are down, or the replicas are not in sync. What only the"
                    + " failed ones have is lost.")
    private boolean force;

    @Parameters(index = "0", paramLabel = "PROXY", description = "The proxy as host:port.")
    private String proxy = "";

    @Override
    public Integer call() {
        String address = Calls.address(proxy);
        if (dryRun.isOn()) {
            return dryRun.show(target, Map.of("action", "failover", "proxy", address, "force", force));
        }
        confirmation.demand("Give up on proxy " + address + (force ? " and accept the loss of data?" : "?"));
        Broker broker = target.broker();
        JsonNode reply = Calls.of(
                () -> broker.send("POST", "/proxies/failover/" + Broker.segment(address) + "?force=" + force, null));
        String replacement = reply.path("proxy").path("address").asText("");
        dryRun.output()
                .show(
                        reply,
                        () -> dryRun.output()
                                .line(
                                        replacement.isEmpty()
                                                ? "There was nothing to replace."
                                                : "The place of " + address + " is taken by " + replacement + "."));
        return 0;
    }
}
