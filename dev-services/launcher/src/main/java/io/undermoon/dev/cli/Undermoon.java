package io.undermoon.dev.cli;

import io.undermoon.dev.plan.LaunchException;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The program {@code undermoon}: runs a whole system on this machine for development. */
@Command(
        name = "undermoon",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Runs Undermoon on this machine: a broker, coordinators, and proxies with their Redis nodes.",
        subcommands = {
            UpCommand.class,
            StatusCommand.class,
            DownCommand.class,
            LogsCommand.class,
            BenchCommand.class,
            CheckCommand.class,
            ScaleCommand.class,
            ReshardCommand.class,
            RebalanceCommand.class,
            AbortCommand.class,
            MigrationsCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class Undermoon {
    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;

    private Undermoon() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        CommandLine commandLine = new CommandLine(new Undermoon());
        commandLine.setExecutionExceptionHandler(Undermoon::explain);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine.execute(args);
    }

    /** Failures of the user's world are told in their own words; anything else is a bug and shows its stack trace. */
    private static int explain(Exception exception, CommandLine command, ParseResult ignored) throws Exception {
        if (exception instanceof CancellationException) {
            return INTERRUPTED;
        }
        if (exception instanceof LaunchException) {
            command.getErr().println("error: " + exception.getMessage());
            return FAILED;
        }
        throw exception;
    }
}
