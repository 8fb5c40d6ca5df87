package io.undermoon.dev.cli.imports;

import picocli.CommandLine.Command;

/** {@code undermoon import}: brings the data of another Redis into a cluster that runs, see docs/importing.md. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Copies the data of a Redis server, of one behind Sentinel, of a Redis Cluster or of another Undermoon into"
                    + " a cluster, then every change, until you cut over. It may be ended and continued at any time.",
            "",
            "  undermoon import run --from redis://old:6379 --to new:5299",
            "  undermoon import status --to new:5299",
            "  undermoon import verify --from redis://old:6379 --to new:5299",
            "  undermoon import cutover --to new:5299"
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ImportRunCommand.class,
            ImportStatusCommand.class,
            ImportCutOverCommand.class,
            ImportReleaseCommand.class,
            ImportForgetCommand.class,
            ImportVerifyCommand.class
        })
public final class ImportCommand {
    private ImportCommand() {}
}
