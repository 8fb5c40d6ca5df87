package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.cli.options.Pause;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.UsageException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon operations}: work that outlasts the request that began it. */
@Command(
        name = "operations",
        mixinStandardHelpOptions = true,
        description = "Lists the work that goes on after its request was answered, waits for its end, or cancels it.",
        subcommands = {OperationsCommand.List.class, OperationsCommand.Wait.class, OperationsCommand.Cancel.class},
        synopsisSubcommandLabel = "COMMAND")
public final class OperationsCommand {
    private static final Set<String> STATES = Set.of("running", "done", "cancelled");

    private OperationsCommand() {}

    private static String path(long id) {
        return "/operations/" + id;
    }

    private static boolean isRunning(JsonNode operation) {
        return operation.path("state").asText().equals("running");
    }

    private static String slots(JsonNode operation) {
        int slots = operation.path("slots").asInt();
        int returned = operation.path("slots_returned").asInt();
        return slots == 0
                ? "-"
                : operation.path("slots_moved").asInt() + " of " + slots
                        + (returned == 0 ? "" : ", " + returned + " stayed");
    }

    private static String line(JsonNode operation) {
        String slots = slots(operation);
        return "Operation " + operation.path("id").asLong() + ", "
                + operation.path("kind").asText() + " "
                + operation.path("subject").asText() + ", is "
                + operation.path("state").asText()
                + (slots.equals("-") ? "" : "; slots moved: " + slots);
    }

    /** {@code undermoon operations list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows what runs and what has ended, the newest first.",
            footerHeading = "%nExamples:%n",
            footer = {"  undermoon operations list --state running", "  undermoon operations list -o json"})
    static final class List implements Callable<Integer> {
        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private Output output = new Output();

        @Option(names = "--limit", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
        private int limit = 20;

        @Option(names = "--state", paramLabel = "STATE", description = "Only those: running, done or cancelled.")
        private String state = "";

        @Override
        public Integer call() {
            if (limit < 1) {
                throw new UsageException("--limit " + limit + " is less than 1");
            }
            if (!state.isEmpty() && !STATES.contains(state)) {
                throw new UsageException("--state " + state + " is not running, done or cancelled");
            }
            Broker broker = target.broker();
            String query = "/operations?limit=" + limit + (state.isEmpty() ? "" : "&state=" + state);
            JsonNode operations = Calls.of(() -> broker.get(query)).path("operations");
            output.show(operations, () -> {
                Table table = new Table()
                        .number("ID")
                        .column("KIND")
                        .column("OF")
                        .column("STATE", value -> value.equals("running") ? Style.WARNING : Style.FAINT)
                        .column("SLOTS MOVED")
                        .column("BEGAN")
                        .column("TOOK")
                        .column("WHO");
                operations.forEach(operation -> table.row(
                        operation.path("id").asLong(),
                        operation.path("kind").asText(),
                        operation.path("subject").asText(),
                        operation.path("state").asText(),
                        slots(operation),
                        Instant.ofEpochSecond(operation.path("started_at").asLong()),
                        took(operation),
                        operation.path("who").asText()));
                output.print(table);
            });
            return 0;
        }

        private static String took(JsonNode operation) {
            if (!operation.has("ended_at")) {
                return "-";
            }
            long seconds = operation.path("ended_at").asLong()
                    - operation.path("started_at").asLong();
            return seconds + " s";
        }
    }

    /** {@code undermoon operations wait}. */
    @Command(
            name = "wait",
            mixinStandardHelpOptions = true,
            description = "Waits until an operation has ended.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:it is done", "1:it was cancelled, or has not ended in time", "2:wrong options"})
    static final class Wait implements Callable<Integer> {
        private static final int POLL_MILLIS = 500;

        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private Output output = new Output();

        @Parameters(index = "0", paramLabel = "ID", description = "As `undermoon operations list` shows it.")
        private long id;

        @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long (default: without an end).")
        private long timeout;

        @Override
        public Integer call() {
            if (timeout < 0) {
                throw new UsageException("--timeout " + timeout + " is less than 0");
            }
            Broker broker = target.broker();
            long begin = System.nanoTime();
            JsonNode operation = Calls.of(() -> broker.get(path(id)));
            String shown = "";
            while (isRunning(operation) && !isOver(begin)) {
                String line = line(operation);
                if (!line.equals(shown)) {
                    output.note(line);
                    shown = line;
                }
                Pause.millis(POLL_MILLIS);
                operation = Calls.of(() -> broker.get(path(id)));
            }
            JsonNode last = operation;
            output.show(last, () -> output.line(line(last)));
            return last.path("state").asText().equals("done") ? 0 : 1;
        }

        private boolean isOver(long begin) {
            return timeout > 0
                    && System.nanoTime() - begin >= Duration.ofSeconds(timeout).toNanos();
        }
    }

    /** {@code undermoon operations cancel}. */
    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = {
                "Cancels an operation that runs: aborts its migrations, stops the drain, or ends the maintenance.",
                "What was done by then stays."
            })
    static final class Cancel implements Callable<Integer> {
        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private Output output = new Output();

        @Mixin
        private Confirmation confirmation = new Confirmation();

        @Parameters(index = "0", paramLabel = "ID", description = "As `undermoon operations list` shows it.")
        private long id;

        @Override
        public Integer call() {
            Broker broker = target.broker();
            confirmation.demand("Cancel this? " + line(Calls.of(() -> broker.get(path(id)))));
            JsonNode operation = Calls.of(() -> broker.send("DELETE", path(id), null));
            output.show(operation, () -> output.line(line(operation)));
            return 0;
        }
    }
}
