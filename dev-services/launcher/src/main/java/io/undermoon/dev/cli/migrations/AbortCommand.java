package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.MigrationApi;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon abort}: aborts migrations. */
@Command(
        name = "abort",
        mixinStandardHelpOptions = true,
        description = "Aborts the migrations of a cluster that are not past their switch.")
public final class AbortCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        ArrayNode outcomes = Calls.array();
        target.call(MigrationApi::abort).path("migrations").forEach(migration -> {
            String slots = MigrationLines.slots(migration.path("slot_range").path("range_list"));
            String outcome = migration.path("outcome").asText();
            outcomes.addObject().put("slots", slots).put("outcome", outcome);
            output.note(slots + "  " + outcome);
        });
        ObjectNode result = target.watch(output);
        result.set("outcomes", outcomes);
        output.show(result, () -> {});
        return 0;
    }
}
