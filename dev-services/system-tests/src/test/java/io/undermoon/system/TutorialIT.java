package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.undermoon.dev.os.Ports;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.system.testing.ConsoleDocument;
import io.undermoon.system.testing.ConsoleDocument.Step;
import io.undermoon.system.testing.Shell;
import io.undermoon.testsupport.RedisCli;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every block of docs/tutorial.md, from the first to the last: a Redis Cluster and a system of ours, each command as it
 * is shown, at other ports. What is shown as its output has to be what it prints. It takes some minutes, and so runs
 * with {@code -Dundermoon.tutorial=true} only.
 */
class TutorialIT {
    private static final Path TUTORIAL = LauncherProcess.CHECKOUT.resolve("docs/tutorial.md");
    private static final Pattern PORT = Pattern.compile("\\b\\d{4,5}\\b");
    private static final int PROXIES = 6;
    private static final int REDIS_CLUSTER = 30001;
    private static final int REDIS_CLUSTER_NODES = 8;

    /** How far the port of the bus is from that of the clients. */
    private static final int BUS = 10_000;

    private static final int LOWEST_OUTGOING = 32_768;

    @TempDir
    private static Path directory;

    private final int basePort = FreePorts.base();
    private final Map<String, String> ports = new HashMap<>();

    @Test
    void each_command_prints_what_the_tutorial_shows() throws IOException, InterruptedException {
        assumeThat(Boolean.getBoolean("undermoon.tutorial"))
                .as("the tutorial is run with -Dundermoon.tutorial=true")
                .isTrue();
        assumeThat(RedisCli.isInstalled()).as("redis-cli is installed").isTrue();
        assumeThat(isOnPath("redis-server")).as("redis-server is installed").isTrue();
        ConsoleDocument tutorial = new ConsoleDocument(TUTORIAL);
        assertThat(tutorial.otherBlocks()).as("blocks that nobody runs").isZero();
        assertThat(tutorial.steps()).hasSizeGreaterThan(50);
        choosePorts();
        for (Map.Entry<String, String> file : tutorial.files().entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        writeLauncher();
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "CLASSPATH",
                jedis(),
                // The tutorial names proxies: none may be replaced because this machine is busy.
                "UNDERMOON_PROXY_FAILURE_TIMEOUT",
                "5s");
        try (Shell shell = new Shell(directory, environment)) {
            try {
                for (Step step : tutorial.steps()) {
                    run(shell, step);
                }
            } finally {
                shell.run(here("dev-services/undermoon down; kill $redis_example $undermoon_example $check"));
                shell.run(here("for port in 30001 30002 30003 30004 30005 30006 30007 30008; do"
                        + " redis-cli -p $port shutdown nosave; done"));
            }
        }
    }

    private void run(Shell shell, Step step) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Shell.Result result = shell.run(here(step.command()));
        String output = there(result.output());
        String what = "%s:%d after %d ms: %s%n%s"
                .formatted(
                        TUTORIAL.getFileName(),
                        step.line(),
                        (System.nanoTime() - start) / 1_000_000,
                        step.command(),
                        output);
        System.out.println(what);
        boolean isRight = step.output().isEmpty() ? result.exitCode() == 0 : step.isOutput(output);
        if (!isRight) {
            System.out.println(shell.run("tail -n 20 *.log").output());
        }
        assertThat(isRight)
                .as(
                        "%s%nended with %d, where the tutorial shows%n%s",
                        what, result.exitCode(), String.join("\n", step.output()))
                .isTrue();
    }

    /** The launcher under the name that the tutorial uses, for a stack of its own. */
    private void writeLauncher() throws IOException {
        Path script = Files.createDirectory(directory.resolve("dev-services")).resolve("undermoon");
        Files.writeString(script, """
                #!/usr/bin/env bash
                command=$1; shift
                options=()
                [ "$command" = check ] || options+=(--data '%s')
                [ "$command" != up ] || options+=(--base-port %d)
                UNDERMOON_BUILD=never exec '%s' "$command" "${options[@]}" "$@"
                """.formatted(
                directory.resolve("stack"), basePort, LauncherProcess.CHECKOUT.resolve("dev-services/undermoon")));
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    private void choosePorts() {
        PortLayout standard = PortLayout.standard();
        PortLayout chosen = PortLayout.from(basePort);
        port(standard.broker(), chosen.broker());
        for (int proxy = 0; proxy < PROXIES; proxy++) {
            port(standard.proxyResp(proxy), chosen.proxyResp(proxy));
            port(standard.proxyResp(proxy) - 1, chosen.proxyResp(proxy) - 1);
            port(standard.proxyReplica(proxy), chosen.proxyReplica(proxy));
            port(standard.redis(proxy, 0), chosen.redis(proxy, 0));
            port(standard.redis(proxy, 1), chosen.redis(proxy, 1));
        }
        int redisCluster = freePortsOfRedisCluster();
        for (int node = 0; node < REDIS_CLUSTER_NODES; node++) {
            port(REDIS_CLUSTER + node, redisCluster + node);
        }
    }

    private static int freePortsOfRedisCluster() {
        return IntStream.generate(() -> Ports.freeBlock(REDIS_CLUSTER_NODES))
                .limit(1000)
                .filter(base -> base + BUS + REDIS_CLUSTER_NODES < LOWEST_OUTGOING)
                .filter(base -> IntStream.range(0, REDIS_CLUSTER_NODES).allMatch(i -> Ports.isFree(base + BUS + i)))
                .findFirst()
                .orElseThrow();
    }

    private void port(int shown, int used) {
        ports.put(String.valueOf(shown), String.valueOf(used));
    }

    /** A command with the ports that are used. */
    private String here(String command) {
        return PORT.matcher(command).replaceAll(match -> ports.getOrDefault(match.group(), match.group()));
    }

    /** An output with the ports that the tutorial shows. */
    private String there(String output) {
        return PORT.matcher(output).replaceAll(this::shown);
    }

    private String shown(MatchResult match) {
        return ports.entrySet().stream()
                .filter(port -> port.getValue().equals(match.group()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(match.group());
    }

    /** The class path of the test has what Jedis needs. */
    private static String jedis() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static boolean isOnPath(String program) {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv("PATH"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
