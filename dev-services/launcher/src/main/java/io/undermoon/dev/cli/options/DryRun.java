package io.undermoon.dev.cli.options;

import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The option to look at a change and not make it. */
public final class DryRun {
    @Option(names = "--dry-run", description = "Change nothing, and show what would be done.")
    private boolean dryRun;

    @Mixin
    private Output output = new Output();

    public boolean isOn() {
        return dryRun;
    }

    public Output output() {
        return output;
    }

    /** @param change the body of {@code POST /preview} */
    public int show(BrokerTarget target, Map<String, ?> change) {
        Preview.show(Preview.of(target.broker(), change), output);
        return 0;
    }
}
