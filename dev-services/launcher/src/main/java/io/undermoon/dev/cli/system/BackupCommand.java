package io.undermoon.dev.cli.system;

import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undermoon backup}: saves a copy of the metadata. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = "Saves a copy of the metadata, with a checksum, for 'undermoon restore'.")
public final class BackupCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget broker = new BrokerTarget();

    @Parameters(index = "0", paramLabel = "FILE", description = "Where to; it must not exist yet.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        if (Files.exists(file)) {
            throw new LaunchException("there is a file " + file + " already");
        }
        try {
            byte[] backup = new BrokerApi(broker.access()).backup();
            Files.write(file, backup);
            System.out.println("Saved " + backup.length + " bytes to " + file + ".");
            return 0;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }
}
