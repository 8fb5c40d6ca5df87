package io.undermoon.dev.cli.hosts;

import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.DryRun;
import io.undermoon.dev.controlplane.Broker;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon switchover}: moves masters, of a proxy that can be stopped then, or to a node. */
@Command(
        name = "switchover",
        mixinStandardHelpOptions = true,
        description = {
            "Moves the masters of a proxy to the other half of its chunk without the loss of a write.",
            "With --cluster the address is that of a Redis node of the cluster, which becomes master."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  undermoon switchover 10.0.0.1:5299                  the proxy can be stopped then",
            "  undermoon switchover --cluster demo 10.0.0.2:7002   this node becomes master"
        })
public final class SwitchoverCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private DryRun dryRun = new DryRun();

    @Option(names = "--cluster", paramLabel = "CLUSTER", description = "The address is that of a node of this cluster.")
    private @Nullable String cluster;

    @Option(
            names = "--force",
            description = "Also while the proxy has failed, the other half is under maintenance, or slots of the chunk"
                    + " move.")
    private boolean force;

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "The proxy, or the node, as host:port.")
    private String address = "";

    @Override
    public Integer call() {
        String checked = Calls.address(address);
        String name = cluster == null ? null : Calls.cluster(cluster);
        if (dryRun.isOn()) {
            Map<String, Object> change = new LinkedHashMap<>(Map.of("action", "switchover", "force", force));
            change.put(name == null ? "proxy" : "node", checked);
            if (name != null) {
                change.put("cluster", name);
            }
            return dryRun.show(target, change);
        }
        Broker broker = target.broker();
        String path = name == null
                ? "/proxies/switchover/" + Broker.segment(checked) + "?force=" + force
                : "/clusters/switchover/" + name + "?node=" + Broker.segment(checked);
        Calls.of(() -> broker.send("POST", path, null));
        dryRun.output()
                .show(
                        Calls.object().put("switchover", checked),
                        () -> dryRun.output()
                                .line(
                                        name == null
                                                ? "The masters of " + checked + " move to the other half of its chunk."
                                                : checked + " becomes master."));
        return 0;
    }
}
