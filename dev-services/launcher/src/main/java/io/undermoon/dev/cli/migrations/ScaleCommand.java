package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.DryRun;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.MigrationApi;
import io.undermoon.dev.plan.LaunchException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undermoon scale}: brings a cluster to a number of nodes. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        description = {
            "Brings a cluster to a number of nodes and shows the progress. May be called again with another number"
                    + " meanwhile.",
            "When it shrinks, the nodes without slots leave the cluster at the end; after --no-wait call it again for"
                    + " that."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the cluster has that many nodes, or will with --no-wait", "1:it has not", "2:wrong options"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  undermoon scale demo 8 --dry-run   which proxies join, which slots move",
            "  undermoon scale demo 8 --no-wait   begin, and look with: undermoon migrations demo"
        })
public final class ScaleCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Mixin
    private DryRun dryRun = new DryRun();

    @Parameters(index = "1", paramLabel = "NODES", description = "How many, a multiple of 4.")
    private int nodes;

    @Override
    public Integer call() {
        if (dryRun.isOn()) {
            return dryRun.show(
                    target.broker(), Map.of("action", "scale", "cluster", target.cluster(), "node_number", nodes));
        }
        long epoch = target.call(MigrationApi::info).path("epoch").asLong();
        target.call((api, cluster) -> {
            api.scale(cluster, nodes);
            return nodes;
        });
        Output output = dryRun.output();
        ObjectNode result = target.watchSince(epoch, output);
        if (target.noWait()) {
            output.show(result, () -> {});
            return 0;
        }
        JsonNode info = target.call(MigrationApi::info);
        if (size(info) > nodes && info.path("node_number_with_slots").asInt() == nodes) {
            target.call((api, cluster) -> {
                api.freeNodes(cluster);
                return nodes;
            });
            output.note((size(info) - nodes) + " nodes without slots have left the cluster.");
            info = target.call(MigrationApi::info);
        }
        if (size(info) != nodes || info.path("node_number_with_slots").asInt() != nodes) {
            throw new LaunchException("the cluster has " + size(info) + " nodes, "
                    + info.path("node_number_with_slots").asInt() + " of them with slots, and not " + nodes
                    + ": its migrations were aborted or it was scaled otherwise meanwhile; try again with `"
                    + target.command("scale", nodes) + "`");
        }
        output.show(result.put("nodes", nodes), () -> output.line("The cluster has " + nodes + " nodes."));
        return 0;
    }

    private static int size(JsonNode info) {
        return info.path("node_number").asInt();
    }
}
