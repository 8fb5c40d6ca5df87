package io.undermoon.dev.cli;

import io.undermoon.client.BrokerHttpException;
import io.undermoon.dev.cli.backups.DataCommand;
import io.undermoon.dev.cli.bench.BenchCommand;
import io.undermoon.dev.cli.clusters.ClustersCommand;
import io.undermoon.dev.cli.data.CheckCommand;
import io.undermoon.dev.cli.data.CliCommand;
import io.undermoon.dev.cli.data.HotKeysCommand;
import io.undermoon.dev.cli.hosts.FailoverCommand;
import io.undermoon.dev.cli.hosts.HostsCommand;
import io.undermoon.dev.cli.hosts.NodesCommand;
import io.undermoon.dev.cli.hosts.ProxiesCommand;
import io.undermoon.dev.cli.hosts.SwitchoverCommand;
import io.undermoon.dev.cli.imports.ImportCommand;
import io.undermoon.dev.cli.migrations.AbortCommand;
import io.undermoon.dev.cli.migrations.MigrationsCommand;
import io.undermoon.dev.cli.migrations.RebalanceCommand;
import io.undermoon.dev.cli.migrations.ReshardCommand;
import io.undermoon.dev.cli.migrations.ScaleCommand;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.cli.stack.DownCommand;
import io.undermoon.dev.cli.stack.LogsCommand;
import io.undermoon.dev.cli.stack.RollingRestartCommand;
import io.undermoon.dev.cli.stack.ServeCommand;
import io.undermoon.dev.cli.stack.UpCommand;
import io.undermoon.dev.cli.system.AuditCommand;
import io.undermoon.dev.cli.system.BackupCommand;
import io.undermoon.dev.cli.system.ContextCommand;
import io.undermoon.dev.cli.system.DoctorCommand;
import io.undermoon.dev.cli.system.OperationsCommand;
import io.undermoon.dev.cli.system.RestoreCommand;
import io.undermoon.dev.cli.system.StatusCommand;
import io.undermoon.dev.cli.system.TopCommand;
import io.undermoon.dev.controlplane.RefusedException;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The program {@code undermoon}: operates systems, and runs a whole one on this machine for development. */
@Command(
        name = "undermoon",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Operates Undermoon: looks at a system, changes its clusters, says what is wrong.",
            "Commands are for the system of --broker or --context, else of $UNDERMOON_BROKER, $UNDERMOON_CONTEXT or the"
                    + " current context, else for a stack that `undermoon up` has started on this machine."
        },
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes of all commands:%n",
        exitCodeList = {
            "0:success",
            "1:failure",
            "2:wrong options or arguments",
            "3:something that was looked at is not well",
            "4:no broker answers",
            "5:the broker refuses, as things are",
            "6:the account may not do that, or there is none",
            "7:nothing was changed, because nobody has confirmed it",
            "130:interrupted"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  undermoon up --cluster demo:4                a system on this machine",
            "  undermoon scale demo 8 --dry-run             what would move",
            "  undermoon context set prod --broker https://10.0.0.1:7799 token_file=prod.token",
            "  undermoon doctor --context prod              what is wrong, and what to do",
            "  source <(undermoon completion bash)"
        })
final class Undermoon {
    private static final int FAILED = 1;
    private static final int UNREACHABLE = 4;
    private static final int REFUSED = 5;
    private static final int FORBIDDEN = 6;
    private static final int DECLINED = 7;
    private static final int INTERRUPTED = 130;

    private static final String COMPLETION = "completion";

    /** In the order of the help. A command that is named by the first word is the only one that is looked at. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    private Undermoon() {}

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("up", UpCommand.class);
        commands.put("status", StatusCommand.class);
        commands.put("doctor", DoctorCommand.class);
        commands.put("top", TopCommand.class);
        commands.put("hot-keys", HotKeysCommand.class);
        commands.put("clusters", ClustersCommand.class);
        commands.put("nodes", NodesCommand.class);
        commands.put("proxies", ProxiesCommand.class);
        commands.put("hosts", HostsCommand.class);
        commands.put("down", DownCommand.class);
        commands.put("logs", LogsCommand.class);
        commands.put("cli", CliCommand.class);
        commands.put("bench", BenchCommand.class);
        commands.put("check", CheckCommand.class);
        commands.put("scale", ScaleCommand.class);
        commands.put("reshard", ReshardCommand.class);
        commands.put("rebalance", RebalanceCommand.class);
        commands.put("switchover", SwitchoverCommand.class);
        commands.put("failover", FailoverCommand.class);
        commands.put("rolling-restart", RollingRestartCommand.class);
        commands.put("backup", BackupCommand.class);
        commands.put("restore", RestoreCommand.class);
        commands.put("data", DataCommand.class);
        commands.put("audit", AuditCommand.class);
        commands.put("operations", OperationsCommand.class);
        commands.put("import", ImportCommand.class);
        commands.put("abort", AbortCommand.class);
        commands.put("migrations", MigrationsCommand.class);
        commands.put("context", ContextCommand.class);
        commands.put("completion", CompletionCommand.class);
        commands.put("training", TrainingCommand.class);
        commands.put("serve", ServeCommand.class);
        return commands;
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        CommandLine commandLine = commandLine(args.length == 0 ? "" : args[0]);
        commandLine.setExecutionExceptionHandler(Undermoon::explain);
        commandLine.setParameterExceptionHandler(Undermoon::refuse);
        CommandLine cli = commandLine.getSubcommands().get("cli");
        if (cli != null) {
            cli.setStopAtPositional(true);
        }
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine.execute(args);
    }

    /** To read the options of all commands takes longer than most commands take. */
    private static CommandLine commandLine(String word) {
        CommandLine commandLine = new CommandLine(new Undermoon());
        boolean isForAll = word.equals(COMPLETION) || !COMMANDS.containsKey(word);
        COMMANDS.forEach((name, command) -> {
            if (isForAll || name.equals(word)) {
                commandLine.addSubcommand(name, command);
            }
        });
        return commandLine;
    }

    /** With all commands, for the documentation. */
    static CommandLine whole() {
        return commandLine(COMPLETION);
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
        if (exception instanceof Confirmation.DeclinedException) {
            command.getErr().println("error: " + exception.getMessage());
            return DECLINED;
        }
        if (exception instanceof LaunchException) {
            command.getErr().println("error: " + exception.getMessage());
            return exitCode(exception.getCause());
        }
        throw exception;
    }

    /** Of a failure by its cause. */
    private static int exitCode(@Nullable Throwable cause) {
        if (cause instanceof BrokerHttpException refusal) {
            return exitCode(refusal.status());
        }
        if (cause instanceof RefusedException refusal) {
            return exitCode(refusal.status());
        }
        return cause != null && cause.getCause() instanceof BrokerHttpException ? exitCode(cause.getCause()) : FAILED;
    }

    private static int exitCode(int status) {
        return switch (status) {
            case 0 -> UNREACHABLE;
            case 401, 403 -> FORBIDDEN;
            default -> REFUSED;
        };
    }
}
