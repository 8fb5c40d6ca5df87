package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.verify.Difference;
import io.undermoon.dev.imports.verify.Verifier;
import io.undermoon.dev.imports.verify.VerifyPlan;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon import verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Compares types, values and expiry times of the keys of both sides; exit code 1 if any differ.")
final class ImportVerifyCommand implements Callable<Integer> {
    private static final int SHOWN = 50;

    @Mixin
    private ImportSource from = new ImportSource();

    @Mixin
    private ImportDestination to = new ImportDestination();

    @Option(
            names = "--share",
            paramLabel = "PERCENT",
            defaultValue = "100",
            description = "Compare so many of 100 keys, always the same ones (default: ${DEFAULT-VALUE}).")
    private double percent;

    @Option(
            names = "--slots",
            split = ",",
            paramLabel = "FIRST-LAST",
            description = "Compare only keys of these slots.")
    private List<String> slots = List.of();

    @Option(
            names = "--ignore-surplus",
            description = "Do not look for keys that only the destination has, as after an import with --merge.")
    private boolean ignoreSurplus;

    @Option(
            names = "--ttl-tolerance",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "By how many milliseconds expiry times may differ (default: ${DEFAULT-VALUE}).")
    private long tolerance;

    @Override
    public Integer call() {
        if (percent <= 0 || percent > 100) {
            throw new UsageException("--share " + percent + " is not within 0 to 100");
        }
        @Nullable Integer database = from.database();
        VerifyPlan plan = new VerifyPlan(
                from.address(),
                from.access(),
                to.address(),
                to.access(),
                from.filter(),
                database == null ? 0 : database,
                percent / 100,
                ranges(),
                !ignoreSurplus,
                tolerance);
        Progress progress = new Progress(System.out);
        Verifier verifier = new Verifier(plan, progress::step);
        List<Difference> differences = Connections.explained(verifier::run);
        differences.stream().limit(SHOWN).forEach(System.out::println);
        if (differences.size() > SHOWN) {
            System.out.println("and " + (differences.size() - SHOWN) + " more");
        }
        long slotsThatDiffer =
                differences.stream().mapToInt(Difference::slot).distinct().count();
        progress.step(verifier.compared() + " keys in " + verifier.slots() + " slots compared, " + differences.size()
                + " differ, in " + slotsThatDiffer + " slots");
        return differences.isEmpty() ? 0 : 1;
    }

    private SlotRanges ranges() {
        if (slots.isEmpty()) {
            return SlotRanges.ALL;
        }
        SlotRanges ranges = SlotRanges.NONE;
        for (String text : slots) {
            String[] ends = text.split("-", -1);
            try {
                ranges =
                        ranges.union(SlotRanges.of(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
            } catch (IllegalArgumentException e) {
                throw new UsageException("--slots " + text + " is not a slot or a range such as 0-8191", e);
            }
        }
        return ranges;
    }
}
