package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.DryRun;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon rebalance}: evens out the slots of a cluster. */
@Command(
        name = "rebalance",
        mixinStandardHelpOptions = true,
        description = "Spreads the slots over the nodes there are and shows the progress.")
public final class RebalanceCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Mixin
    private DryRun dryRun = new DryRun();

    @Option(
            names = "--weight",
            paramLabel = "ADDRESS=WEIGHT",
            description = "The weight of a master or of the masters of a proxy (default: 1); may be repeated.")
    private Map<String, Double> weights = Map.of();

    @Option(
            names = "--threshold",
            paramLabel = "PERCENT",
            description = "Move nothing below this difference (default: 2).")
    private @Nullable Double threshold;

    @Override
    public Integer call() {
        if (dryRun.isOn()) {
            Map<String, Object> change = new LinkedHashMap<>();
            change.put("action", "rebalance");
            change.put("cluster", target.cluster());
            change.put("weights", weights);
            if (threshold != null) {
                change.put("threshold", threshold);
            }
            return dryRun.show(target.broker(), change);
        }
        JsonNode planned = target.call((api, cluster) -> api.rebalance(cluster, weights, threshold));
        dryRun.output().show(target.watch(planned, dryRun.output()), () -> {});
        return 0;
    }
}
