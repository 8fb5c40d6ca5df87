package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.DryRun;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon reshard}: moves slots by hand. */
@Command(
        name = "reshard",
        mixinStandardHelpOptions = true,
        description = "Moves slots to one master and shows the progress.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  undermoon reshard demo --to 10.0.0.3:5299 --slots 500",
            "  undermoon reshard demo --from 10.0.0.1:7001 --to 10.0.0.3:7001 --ranges 0-99,200 --dry-run"
        })
public final class ReshardCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Mixin
    private DryRun dryRun = new DryRun();

    @Option(names = "--to", required = true, paramLabel = "ADDRESS", description = "A master, or the proxy of one.")
    private String destination = "";

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Masters or their proxies (default: all masters).")
    private List<String> sources = List.of();

    @ArgGroup(multiplicity = "1")
    private Amount amount = new Amount();

    /** How many slots, or which. */
    private static final class Amount {
        @Option(names = "--slots", required = true, paramLabel = "N", description = "How many slots.")
        private @Nullable Integer number;

        @Option(names = "--ranges", required = true, paramLabel = "A-B,C-D", description = "Which slots.")
        private @Nullable String ranges;
    }

    @Override
    public Integer call() {
        if (dryRun.isOn()) {
            return dryRun.show(target.broker(), preview());
        }
        JsonNode planned = target.call(
                (api, cluster) -> api.reshard(cluster, sources, destination, amount.number, ranges(amount.ranges)));
        dryRun.output().show(target.watch(planned, dryRun.output()), () -> {});
        return 0;
    }

    private Map<String, Object> preview() {
        Map<String, Object> change = new LinkedHashMap<>();
        change.put("action", "reshard");
        change.put("cluster", target.cluster());
        change.put("sources", sources);
        change.put("destination", destination);
        if (amount.number != null) {
            change.put("slot_number", amount.number);
        }
        try {
            SlotRanges ranges = ranges(amount.ranges);
            if (ranges != null) {
                change.put("range_list", ranges);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
        return change;
    }

    private static @Nullable SlotRanges ranges(@Nullable String text) {
        if (text == null) {
            return null;
        }
        List<SlotRange> ranges = new ArrayList<>();
        for (String range : text.split(",", -1)) {
            ranges.add(range(range.trim()));
        }
        return new SlotRanges(ranges);
    }

    private static SlotRange range(String text) {
        String[] ends = text.split("-", 2);
        try {
            return SlotRange.between(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not <start>-<end> within 0-16383", e);
        }
    }
}
