package io.undermoon.dev.cli;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
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
            CliCommand.class,
            BenchCommand.class,
            CheckCommand.class,
            ScaleCommand.class,
            ReshardCommand.class,
            RebalanceCommand.class,
            SwitchoverCommand.class,
            RollingRestartCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            AuditCommand.class,
            AbortCommand.class,
            MigrationsCommand.class,
            ImportCommand.class,
            ServeCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes of all commands:%n",
        exitCodeList = {"0:success", "1:failure", "2:wrong options or arguments", "130:interrupted"})
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
        commandLine.setParameterExceptionHandler(Undermoon::refuse);
        Objects.requireNonNull(commandLine.getSubcommands().get("cli")).setStopAtPositional(true);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine.execute(args);
    }

    /** Errors in the arguments: the message and where to read on, without the whole help. */
    private static int refuse(ParameterException exception, String[] ignored) {
        CommandLine command = exception.getCommandLine();
        return usage(command, exception.getMessage());
    }

    private static int usage(CommandLine command, @Nullable String message) {
        command.getErr().println("error: " + String.valueOf(message).replaceFirst("^Error: ", ""));
        command.getErr().println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    /** Expected failures are reported by their message alone; anything else is a bug and shows its stack trace. */
    private static int explain(Exception exception, CommandLine command, ParseResult ignored) throws Exception {
        if (exception instanceof CancellationException) {
            return INTERRUPTED;
        }
        if (exception instanceof UsageException) {
            return usage(command, exception.getMessage());
        }
        if (exception instanceof LaunchException) {
            command.getErr().println("error: " + exception.getMessage());
            return FAILED;
        }
        throw exception;
    }
}
