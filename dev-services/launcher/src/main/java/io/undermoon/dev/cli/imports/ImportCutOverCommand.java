package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.engine.CutOverRequest;
import io.undermoon.dev.plan.UsageException;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon import cutover}. */
@Command(
        name = "cutover",
        mixinStandardHelpOptions = true,
        description = {
            "Ends an import: holds who writes to the source, waits until all is in the destination, has the source"
                    + " refuse writes from then on, and says so.",
            "If it takes longer than allowed, everything is as before."
        })
final class ImportCutOverCommand implements Callable<Integer> {
    @Mixin
    private ImportDestination to = new ImportDestination();

    @Option(
            names = "--hold",
            paramLabel = "MS",
            defaultValue = "200",
            description = "For how many milliseconds writers may be held (default: ${DEFAULT-VALUE}).")
    private int hold;

    @Option(
            names = "--wait",
            paramLabel = "S",
            defaultValue = "60",
            description = "For how many seconds to wait until everything has been copied (default: ${DEFAULT-VALUE}).")
    private int wait;

    @ArgGroup
    private Source source = new Source();

    /** What is done about the writers of the source. */
    static final class Source {
        @Option(
                names = "--leave-writable",
                description = "Do not have the source refuse writes afterwards; what it takes then is not copied.")
        private boolean leaveWritable;

        @Option(
                names = "--writers-stopped",
                description = "Nobody writes to the source any more: do not hold anybody, and change nothing there.")
        private boolean writersStopped;
    }

    @Override
    public Integer call() {
        if (hold < 1 || hold > 60_000) {
            throw new UsageException("--hold " + hold + " is not within 1 to 60000");
        }
        if (wait < 0) {
            throw new UsageException("--wait " + wait + " is less than 0");
        }
        String id = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        CutOverRequest request = new CutOverRequest(id, hold, wait, source.leaveWritable, source.writersStopped);
        String result = Connections.explained(() -> to.control().cutOver(request, System.out::println));
        System.out.println(result);
        return result.startsWith("done") ? 0 : 1;
    }
}
