package io.undermoon.dev.os;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts services as processes that outlive the launcher: their output goes to a log file, and where the machine has
 * {@code setsid} they get a session of their own, so that Ctrl-C in the terminal reaches the launcher alone, which then
 * stops them in order. Brokers and coordinators do not serve clients: they get a lower priority than proxies, which
 * matters where cores are few.
 */
public final class ServiceStarter {
    private static final Optional<Path> SETSID = Programs.onPath("setsid");
    private static final Optional<Path> NICE = Programs.onPath("nice");
    private static final File NOTHING = new File("/dev/null");

    private ServiceStarter() {}

    /**
     * @param directory the working directory; made if it does not exist
     * @param log appended to
     * @throws LaunchException if the program cannot be run or has ended already
     */
    public static ProcessIdentity start(ServiceSpec service, Path directory, Path log) {
        List<String> command = new ArrayList<>();
        SETSID.ifPresent(setsid -> command.add(setsid.toString()));
        if (service.kind() == ServiceKind.BROKER || service.kind() == ServiceKind.COORDINATOR) {
            NICE.ifPresent(nice -> command.addAll(List.of(nice.toString(), "-n", "10")));
        }
        command.addAll(service.command());
        try {
            Files.createDirectories(directory);
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectInput(Redirect.from(NOTHING))
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log.toFile()))
                    .start();
            return LiveProcesses.identify(process.pid())
                    .orElseThrow(() -> new LaunchException(service.name() + " ended at once; its log is " + log));
        } catch (IOException e) {
            throw new LaunchException("cannot start " + service.name() + ": " + e.getMessage(), e);
        }
    }
}
