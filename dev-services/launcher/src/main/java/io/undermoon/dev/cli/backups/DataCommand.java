package io.undermoon.dev.cli.backups;

import picocli.CommandLine.Command;

/** {@code undermoon data}: backups of data. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description = {
            "Backs the data of clusters up and restores them. (Metadata: `undermoon backup`, `undermoon restore`.)",
            "",
            "  undermoon data backup shop --store /backups --every 6h --keep 28",
            "  undermoon data list --store s3://bucket/backups",
            "  undermoon data verify shop --store /backups",
            "  undermoon data restore shop-2 --of shop --store /backups"
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DataBackupCommand.class, DataRestoreCommand.class, DataListCommand.class, DataVerifyCommand.class
        })
public final class DataCommand {
    private DataCommand() {}
}
