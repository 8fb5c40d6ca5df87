package io.undermoon.dev.testing;

import io.undermoon.dev.os.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code undermoon data} as a user does. */
public final class DataProcess {
    private static final Path JAR =
            LauncherProcess.CHECKOUT.resolve("dev-services/launcher/target/undermoon-launcher.jar");
    private static final int TIMEOUT_SECONDS = 120;

    private DataProcess() {}

    /** Runs {@code undermoon data <arguments>} to its end, with keys for {@link S3Server}. */
    public static LauncherProcess.Result run(Path directory, String... arguments)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "data", ".out");
        List<String> command = new ArrayList<>(
                List.of(Programs.java().toString(), "-Xmx512m", "-XX:+UseSerialGC", "-jar", JAR.toString(), "data"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY));
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command does not end:\n" + Files.readString(output));
        }
        return new LauncherProcess.Result(process.exitValue(), Files.readString(output));
    }
}
