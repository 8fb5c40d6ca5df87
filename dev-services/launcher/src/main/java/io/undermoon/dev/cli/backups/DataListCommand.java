package io.undermoon.dev.cli.backups;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.backups.catalog.Catalog;
import io.undermoon.dev.backups.catalog.StoredBackup;
import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.output.Table;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undermoon data list}. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the backups of a store.")
final class DataListCommand implements Callable<Integer> {
    @Mixin
    private StoreOptions store = new StoreOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", arity = "0..1", paramLabel = "CLUSTER", description = "Those of one cluster only.")
    private @Nullable String cluster;

    @Override
    public Integer call() {
        try (BackupStore opened = store.open()) {
            List<StoredBackup> backups = Calls.of(() -> new Catalog(opened).all(Optional.ofNullable(cluster)));
            ArrayNode list = Calls.array();
            Table table = new Table()
                    .column("BACKUP")
                    .column("POINT")
                    .column("UP TO")
                    .number("MASTERS")
                    .number("KEYS")
                    .number("BYTES")
                    .number("HELD");
            for (StoredBackup backup : backups) {
                Manifest manifest = backup.manifest();
                ObjectNode entry = list.addObject();
                entry.put("cluster", manifest.cluster())
                        .put("id", manifest.id())
                        .put("point", manifest.taken())
                        .put("up_to", backup.last().toString())
                        .put("masters", manifest.shards().size())
                        .put("keys", manifest.keys())
                        .put("bytes", backup.bytes())
                        .put("held_millis", manifest.heldMillis())
                        .put("segments", backup.segments().size());
                table.row(
                        manifest.cluster() + "/" + manifest.id(),
                        manifest.taken(),
                        backup.segments().isEmpty() ? "" : backup.last().toString(),
                        manifest.shards().size(),
                        manifest.keys(),
                        Amounts.bytes(backup.bytes()),
                        manifest.heldMillis() + " ms");
            }
            output.show(list, () -> {
                output.print(table);
                if (backups.isEmpty()) {
                    output.line("There is no backup in " + opened + ".");
                }
            });
            return 0;
        }
    }
}
