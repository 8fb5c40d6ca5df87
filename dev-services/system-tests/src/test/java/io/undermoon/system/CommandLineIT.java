package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterName;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.system.testing.StringClient;
import io.undermoon.system.testing.StringClients;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RedisBinary;
import io.undermoon.testsupport.RedisCli;
import io.undermoon.testsupport.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of {@code docs/command-line.md}, and what people type by habit, against one system that has accounts and
 * a control secret.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandLineIT {
    private static final String ADMIN = "token-of-the-admin";
    private static final String VIEWER = "token-of-the-viewer";
    private static final String SECRET = "the-control-secret";
    private static final int PROXIES = 6;
    private static final int KEYS = 3000;
    private static final Duration TIMEOUT = Duration.ofSeconds(100);
    private static final Path SCRIPT = LauncherProcess.CHECKOUT.resolve("dev-services/undermoon");
    private static final Pattern EXAMPLES = Pattern.compile("^```sh\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    private static Path directory;

    private LiveStack stack;

    /** How a command ended and what it printed. */
    private record Result(int exitCode, String output) {}

    @BeforeAll
    void up() throws IOException, InterruptedException {
        Path accounts = directory.resolve("accounts");
        Files.writeString(accounts, "root admin #" + Sha256.of(ADMIN) + "\nguest viewer #" + Sha256.of(VIEWER) + "\n");
        Map<String, String> environment = Map.of(
                "UNDERMOON_ACCOUNTS_FILE", accounts.toString(),
                "UNDERMOON_BROKER_TOKEN", ADMIN,
                "UNDERMOON_CONTROL_SECRET", SECRET);
        stack = new LiveStack(
                Files.createDirectory(directory.resolve("stack")), new ClusterName("demo"), 4, PROXIES, environment);
        awaitWell();
        StringClient client = StringClients.jedis(port(used().get(0)));
        IntStream.range(0, KEYS).forEach(i -> client.set("key:" + i, "value"));
        client.close();
    }

    @AfterAll
    void down() throws IOException, InterruptedException {
        if (stack != null) {
            stack.down();
        }
    }

    @Test
    @Order(1)
    void every_line_of_the_documentation_does_what_it_says() throws IOException, InterruptedException {
        String document = Files.readString(LauncherProcess.CHECKOUT.resolve("docs/command-line.md"));
        List<String> lines = new ArrayList<>();
        Matcher blocks = EXAMPLES.matcher(document);
        while (blocks.find()) {
            blocks.group(1).lines().forEach(lines::add);
        }
        assertThat(lines).hasSizeGreaterThan(30).allMatch(line -> line.startsWith("undermoon "));
        for (String line : lines) {
            Result result = run(line, Map.of("UNDERMOON_BROKER_TOKEN", ADMIN));
            assertThat(result.exitCode()).as("%s\n%s", line, result.output()).isZero();
            assertThat(result.output()).as(line).doesNotContain("\tat ").doesNotContain("\033");
            if (line.equals("undermoon scale demo 8")) {
                assertThat(result.output())
                        .doesNotContain("unknown")
                        .containsPattern("2 migrations ended: 1,[0-9]{3} keys in [0-9.]+ s; commands were held for at"
                                + " most [0-9.]+ ms[.,]")
                        .doesNotContain("at most 0.0 ms")
                        .contains("The cluster has 8 nodes.");
            }
            if (line.startsWith("undermoon clusters delete") || line.startsWith("undermoon scale demo 8")) {
                awaitWell();
            }
        }
    }

    @Test
    @Order(2)
    void who_asks_has_to_prove_it() throws IOException, InterruptedException {
        Path right = Files.writeString(directory.resolve("right"), ADMIN + "\n");
        Path wrong = Files.writeString(directory.resolve("wrong"), "another\n");
        assertThat(broker("clusters list", Map.of()).exitCode()).isEqualTo(6);
        assertThat(broker("clusters list --token-file " + wrong, Map.of()).exitCode())
                .isEqualTo(6);
        assertThat(broker("clusters list --token-file " + right, Map.of()).exitCode())
                .isZero();
        assertThat(broker("clusters list --user root --password-file " + right, Map.of())
                        .exitCode())
                .isZero();
        assertThat(broker("clusters list --user guest --password-file " + right, Map.of())
                        .exitCode())
                .isEqualTo(6);
        Map<String, String> guest = Map.of("UNDERMOON_BROKER_USER", "guest", "UNDERMOON_BROKER_PASSWORD", VIEWER);
        assertThat(broker("clusters list", guest).exitCode()).isZero();
        Result refused = broker("clusters delete demo --yes", guest);
        assertThat(refused.exitCode()).isEqualTo(6);
        assertThat(refused.output()).contains("FORBIDDEN").doesNotContain(VIEWER);
        run("undermoon context set prod --broker " + broker() + " token_file=right", Map.of());
        run("undermoon context use prod", Map.of());
        assertThat(run("undermoon clusters list", Map.of()).exitCode()).isZero();
        assertThat(run("undermoon context list -o json", Map.of()).output())
                .contains(right.toString())
                .doesNotContain(ADMIN);
        assertThat(broker("clusters list", Map.of()).exitCode())
                .as("what the context has is not for other brokers")
                .isEqualTo(6);
    }

    @Test
    @Order(3)
    void a_system_elsewhere_is_restarted_host_by_host() throws IOException, InterruptedException {
        Result result = run(
                "undermoon rolling-restart --exec 'undermoon nodes demo -o json > " + directory + "/{host}.json'"
                        + " --host " + host(used().get(0)) + "," + host(used().get(1)) + " --broker " + broker(),
                Map.of("UNDERMOON_BROKER_TOKEN", ADMIN, "UNDERMOON_BROKER", broker()));
        assertThat(result.exitCode()).as(result.output()).isZero();
        for (String proxy : used()) {
            JsonNode seen = Json.mapper().readTree(Files.readString(directory.resolve(host(proxy) + ".json")));
            assertThat(seen).anyMatch(node -> node.path("role").asText().equals("master"));
            assertThat(seen)
                    .noneMatch(node -> node.path("role").asText().equals("master")
                            && node.path("proxy").asText().equals(proxy));
        }
        awaitWell();
    }

    @Test
    @Order(4)
    void the_shell_completes_commands_and_options() throws IOException, InterruptedException {
        String complete = "source <(undermoon completion bash); COMP_WORDS=(undermoon %s); COMP_CWORD=%d;"
                + " _complete_undermoon 2>/dev/null; echo ${COMPREPLY[@]}";
        assertThat(run(complete.formatted("clu", 1), Map.of()).output().strip()).isEqualTo("clusters");
        assertThat(run(complete.formatted("clusters cr", 2), Map.of()).output().strip())
                .isEqualTo("create");
        assertThat(run(complete.formatted("scale --dry", 2), Map.of()).output().strip())
                .isEqualTo("--dry-run");
    }

    @Test
    @Order(5)
    void redis_cli_looks_at_a_cluster() throws IOException, InterruptedException {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        String proxy = used().get(0);
        assertThat(redisCli("check", proxy)).contains("[OK] All 16384 slots covered", "2 masters");
        assertThat(redisCli("info", proxy)).contains(KEYS + " keys in 2 masters");
        assertThat(redisCli("call", proxy, "DBSIZE")).containsPattern(proxy + ": [1-9]");
        assertThat(redisCli("fix", proxy)).contains("[OK] All 16384 slots covered");
    }

    @Test
    @Order(5)
    void redis_cli_imports_the_keys_of_a_plain_redis() throws IOException, InterruptedException {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        String port = String.valueOf(FreePort.any());
        Process redis = new ProcessBuilder(
                        RedisBinary.any().toString(), "--port", port, "--bind", "127.0.0.1", "--save", "")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        try {
            await().atMost(TIMEOUT)
                    .until(() -> RedisCli.run("-p", port, "PING").strip().equals("PONG"));
            for (int i = 0; i < 5; i++) {
                RedisCli.run("-p", port, "SET", "import:" + i, "value", "EX", "1000");
            }
            String proxy = used().get(0);
            assertThat(redisCli("import", proxy, "--cluster-from", "127.0.0.1:" + port, "--cluster-copy"))
                    .contains("Importing 5 keys");
            String own = String.valueOf(port(proxy));
            for (int i = 0; i < 5; i++) {
                assertThat(RedisCli.run("-c", "-p", own, "GETDEL", "import:" + i)
                                .strip())
                        .isEqualTo("value");
            }
        } finally {
            redis.destroy();
        }
    }

    @Test
    @Order(5)
    void redis_cli_is_told_what_to_type_instead() throws IOException, InterruptedException {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        List<String> used = used();
        String first = used.get(0);
        String second = used.get(1);
        String id = RedisCli.run("-p", String.valueOf(port(second)), "CLUSTER", "MYID")
                .strip();
        List<String> free = IntStream.range(0, PROXIES)
                .mapToObj(index -> "127.0.0.1:" + stack.ports().proxyResp(index))
                .filter(proxy -> !used.contains(proxy))
                .toList();
        String moving = "move slots with 'undermoon reshard'";
        assertThat(redisCli(
                        "reshard",
                        first,
                        "--cluster-from",
                        "all",
                        "--cluster-to",
                        id,
                        "--cluster-slots",
                        "3",
                        "--cluster-yes"))
                .contains(moving);
        assertThat(redisCli("rebalance", first, "--cluster-weight", id + "=3")).contains(moving);
        assertThat(redisCli("create", free.get(0), free.get(1), free.get(2), "--cluster-yes"))
                .contains("create a cluster with 'undermoon clusters create'");
        assertThat(redisCli("add-node", free.get(0), first)).contains("'undermoon scale'");
        assertThat(redisCli("add-node", free.get(0), first, "--cluster-slave"))
                .contains("add nodes with 'undermoon scale'");
        String replica = RedisCli.run(
                        "-p", String.valueOf(stack.ports().proxyReplica(index(second))), "CLUSTER", "MYID")
                .strip();
        assertThat(redisCli("del-node", first, replica)).contains("take nodes out with 'undermoon scale'");
        assertThat(redisCli("set-timeout", first, "2000", "--user", "undermoon-control", "--pass", SECRET))
                .contains("failure_ttl of the broker");
        assertThat(redisCli("create", first, second, free.get(0), "--cluster-yes"))
                .contains("is not empty");
        assertThat(redisCli("check", first)).contains("[OK] All 16384 slots covered");
    }

    @Test
    @Order(6)
    void the_doctor_finds_a_node_that_has_died() throws IOException, InterruptedException {
        String replica = "";
        for (JsonNode node : Json.mapper().readTree(admin("nodes demo -o json").output())) {
            replica = node.path("role").asText().equals("replica")
                    ? node.path("node").asText()
                    : replica;
        }
        String address = replica;
        stack.kill("redis-" + address.substring(address.indexOf(':') + 1));
        await().atMost(TIMEOUT).untilAsserted(() -> {
            Result result = admin("doctor -o json");
            assertThat(result.exitCode()).isEqualTo(3);
            assertThat(Json.mapper().readTree(result.output()).path("findings"))
                    .anyMatch(finding -> finding.path("severity").asText().equals("error")
                            && finding.path("subject").asText().equals("node " + address)
                            && finding.path("what").asText().contains("says its proxy"));
        });
        await().atMost(TIMEOUT)
                .untilAsserted(() ->
                        assertThat(admin("clusters check demo").exitCode()).isEqualTo(3));
        stack.startAgain("redis-" + address.substring(address.indexOf(':') + 1));
        awaitWell();
        await().atMost(TIMEOUT)
                .untilAsserted(
                        () -> assertThat(admin("doctor").output()).contains(", 6 proxies, 12 Redis nodes: 0 errors"));
    }

    private void awaitWell() {
        await().atMost(TIMEOUT).untilAsserted(() -> {
            Result check = admin("clusters check demo");
            assertThat(check.exitCode()).as(check.output()).isZero();
        });
    }

    /** The proxies of the cluster: a slow machine may have had some replaced. */
    private List<String> used() throws IOException, InterruptedException {
        return Json.mapper().readTree(admin("nodes demo -o json").output()).findValuesAsText("proxy").stream()
                .distinct()
                .toList();
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }

    private int index(String proxy) {
        return (port(proxy) - stack.ports().proxyResp(0)) / 2;
    }

    private String host(String proxy) {
        return "local-" + (1 + index(proxy));
    }

    private static String redisCli(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--cluster", command));
        all.addAll(List.of(arguments));
        return RedisCli.run(all.toArray(String[]::new));
    }

    private String broker() {
        return "127.0.0.1:" + stack.ports().broker();
    }

    private Result admin(String command) throws IOException, InterruptedException {
        return broker(command, Map.of("UNDERMOON_BROKER_TOKEN", ADMIN, "UNDERMOON_CONTROL_SECRET", SECRET));
    }

    private Result broker(String command, Map<String, String> environment) throws IOException, InterruptedException {
        return run("undermoon " + command + " --broker http://" + broker(), environment);
    }

    /** Runs a line of bash that says {@code undermoon} and has the addresses of the documentation. */
    private Result run(String line, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "command", ".out");
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", inThisStack(line))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> all = new HashMap<>(environment);
        all.put("UNDERMOON_CONTEXTS", directory.resolve("contexts.yaml").toString());
        all.put("UNDERMOON_CONTROL_SECRET", SECRET);
        all.put("UNDERMOON_BUILD", "never");
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.put("PATH", program() + ":" + System.getenv("PATH"));
        builder.environment().putAll(all);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroy();
            throw new AssertionError(line + " does not end:\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    /** A directory in which {@code undermoon} is the script of the checkout. */
    private static Path program() throws IOException {
        Path programs = directory.resolve("programs");
        if (!Files.exists(programs)) {
            Files.createDirectory(programs);
            Files.createSymbolicLink(programs.resolve("undermoon"), SCRIPT);
        }
        return programs;
    }

    private String inThisStack(String line) throws IOException, InterruptedException {
        String here = line.replace("127.0.0.1:7799", broker())
                .replace("127.0.0.1:6699", "127.0.0.1:" + stack.ports().coordinatorResp(0));
        if (here.contains("127.0.0.1:5299")) {
            here = here.replace("127.0.0.1:5299", used().get(0));
        }
        return here.contains("127.0.0.1:7001") ? here.replace("127.0.0.1:7001", master()) : here;
    }

    private String master() throws IOException, InterruptedException {
        for (JsonNode node : Json.mapper().readTree(admin("nodes demo -o json").output())) {
            if (node.path("role").asText().equals("master")) {
                return node.path("node").asText();
            }
        }
        throw new AssertionError("the cluster has no master");
    }
}
