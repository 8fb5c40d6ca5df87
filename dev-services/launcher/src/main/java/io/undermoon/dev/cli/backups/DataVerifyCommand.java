package io.undermoon.dev.cli.backups;

import io.undermoon.dev.backups.catalog.Catalog;
import io.undermoon.dev.backups.catalog.Inspection;
import io.undermoon.dev.backups.catalog.StoredBackup;
import io.undermoon.dev.backups.store.BackupStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon data verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Reads all files of a backup: whether each is as it was written, and can be understood.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all files are well", "1:failure", "2:wrong options", "3:a file is damaged or missing"})
final class DataVerifyCommand implements Callable<Integer> {
    private static final int NOT_WELL = 3;

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "Whose backup.")
    private String cluster = "";

    @Option(names = "--backup", paramLabel = "ID", description = "Which one (default: the newest).")
    private @Nullable String id;

    @Override
    public Integer call() {
        try (BackupStore opened = store.open()) {
            return Explained.of(() -> {
                Catalog catalog = new Catalog(opened);
                StoredBackup backup = id == null ? catalog.newest(cluster, Optional.empty()) : catalog.get(cluster, id);
                Inspection inspection = new Inspection(opened);
                List<String> problems = inspection.run(backup);
                problems.forEach(System.out::println);
                System.out.println(backup.manifest().cluster() + "/"
                        + backup.manifest().id() + ": " + inspection.keys() + " keys in snapshots and "
                        + inspection.commands() + " commands after them read, " + problems.size()
                        + " files are damaged");
                return problems.isEmpty() ? 0 : NOT_WELL;
            });
        }
    }
}
