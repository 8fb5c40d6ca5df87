package io.undermoon.dev.cli;

import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
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
        description = "Moves slots to one master and shows the progress.")
final class ReshardCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

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
        target.call((api, cluster) -> {
            api.reshard(cluster, sources, destination, amount.number, ranges(amount.ranges));
            return cluster;
        });
        target.watch();
        return 0;
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
