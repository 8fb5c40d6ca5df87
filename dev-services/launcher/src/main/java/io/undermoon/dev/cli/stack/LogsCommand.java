package io.undermoon.dev.cli.stack;

import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.os.LogFile;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon logs}: shows the logs of the services. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Shows the last lines of one service's log, or of all.")
public final class LogsCommand implements Callable<Integer> {
    private static final int POLL_MILLIS = 200;

    @Mixin
    private Workspace workspace = new Workspace();

    @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "A name that `status` shows, such as proxy-1.")
    private @Nullable String service;

    @Option(names = "-f", description = "Go on with what is written from now on, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = "-n",
            paramLabel = "LINES",
            defaultValue = "20",
            description = "How many lines of each log to show (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (lines < 0) {
            throw new UsageException("-n " + lines + " is negative");
        }
        Map<String, LogFile> logs = logs(workspace.data());
        for (Map.Entry<String, LogFile> log : logs.entrySet()) {
            print(log.getKey(), log.getValue().tail(lines));
        }
        while (follow) {
            Thread.sleep(POLL_MILLIS);
            for (Map.Entry<String, LogFile> log : logs.entrySet()) {
                print(log.getKey(), log.getValue().readOn());
            }
        }
        return 0;
    }

    private Map<String, LogFile> logs(DataDirectory data) {
        List<String> names = data
                .load()
                .map(state -> StackPlan.of(state.shape(), workspace.forReading()))
                .orElseThrow(() -> new LaunchException("there is no stack in " + data.root()))
                .stream()
                .map(ServiceSpec::name)
                .filter(name -> service == null || name.equals(service))
                .toList();
        if (names.isEmpty()) {
            throw new LaunchException("there is no service '" + service + "'; `undermoon status` lists them");
        }
        Map<String, LogFile> logs = new LinkedHashMap<>();
        names.forEach(name -> logs.put(name, new LogFile(data.log(name))));
        return logs;
    }

    /** With several logs each line carries the name of its service. */
    private void print(String name, List<String> text) {
        String prefix = service == null ? String.format("%-14s| ", name) : "";
        text.forEach(line -> System.out.println(prefix + line));
    }
}
