package io.undermoon.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.testing.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong arguments end with 2, failures with 1 or 4, all with one message and no stack trace. */
class UsageTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "up --cluster demo",
                "up --cluster demo:5",
                "up --cluster not.legal:4",
                "up --proxies 0",
                "up --base-port 80",
                "up --timeout 0",
                "logs -n -3",
                "logs -n many",
                "scale demo four",
                "scale demo 4 --broker x:0",
                "scale not.legal 4 --broker 127.0.0.1:1",
                "reshard demo --to h:2 --slots 1 --ranges 0-1",
                "reshard demo --to h:2 --ranges 9-many --broker 127.0.0.1:1",
                "check --seed x:0",
                "check --seed h:1 --duration soon",
                "cli --seed x:0",
                "bench --rounds 0",
                "bench --against x:0",
                "bench migration --around 0",
                "bench failover --times 0",
                "bench failover --nodes 6",
                "bench failover --faults flood",
                "status --broker ftp://127.0.0.1:1",
                "status --broker http://u:p@127.0.0.1:1",
                "status --broker http://127.0.0.1:1,https://127.0.0.1:2",
                "status --broker 127.0.0.1:1 --context x",
                "status --broker 127.0.0.1:1 --user alice",
                "status --broker 127.0.0.1:1 -o xml",
                "status --context not-there",
                "clusters create not.legal 4 --broker 127.0.0.1:1",
                "clusters config demo copies --broker 127.0.0.1:1",
                "switchover nowhere --broker 127.0.0.1:1",
                "top --interval 0 --broker 127.0.0.1:1",
                "audit --limit 0 --broker 127.0.0.1:1",
                "rolling-restart --broker 127.0.0.1:1",
                "data backup demo --broker 127.0.0.1:1",
                "data backup demo --store http://x --broker 127.0.0.1:1",
                "data backup demo --store x --hold 0 --broker 127.0.0.1:1",
                "data backup demo --store x --every often --broker 127.0.0.1:1",
                "data backup demo --store x --keep 0 --broker 127.0.0.1:1",
                "data backup not.legal --store x --broker 127.0.0.1:1",
                "data restore demo --store x --at noon --broker 127.0.0.1:1",
                "data restore demo --store x --agreed --broker 127.0.0.1:1",
                "data restore demo --store x --workers 0 --broker 127.0.0.1:1",
                "data list --store s3://",
                "data verify --store x",
                "data verify demo --store x --spool /not/there",
                "completion fish"
            })
    void wrong_arguments_are_2(String arguments) {
        CommandRun.Result result = run(arguments);
        assertThat(result.output())
                .startsWith("error: ")
                .contains("--help")
                .doesNotContain("\tat ")
                .hasLineCount(2);
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "logs",
                "cli PING",
                "scale demo 4",
                "status --broker 127.0.0.1:1 --token-file /there/is/none",
                "cli --seed 127.0.0.1:1 PING"
            })
    void failures_are_1(String arguments) {
        CommandRun.Result result = run(arguments);
        assertThat(result.output()).contains("error: ").doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scale demo 4 --broker 127.0.0.1:1",
                "status --broker 127.0.0.1:1",
                "status --broker https://127.0.0.1:1",
                "clusters list --broker 127.0.0.1:1,127.0.0.1:2 -o json"
            })
    void a_broker_that_does_not_answer_is_4(String arguments) {
        CommandRun.Result result = run(arguments);
        assertThat(result.output())
                .startsWith("error: ")
                .contains("127.0.0.1:1")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--proxies=0", "--base-port=80", "--timeout=0", "--cluster=demo"})
    void wrong_options_leave_no_directory(String option) {
        Path data = directory.resolve("new");
        assertThat(CommandRun.of(Undermoon::run, "up", "--data", data.toString(), option)
                        .exitCode())
                .isEqualTo(2);
        assertThat(data).doesNotExist();
    }

    @Test
    void a_data_directory_that_is_a_file_is_named_once() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        CommandRun.Result result = CommandRun.of(Undermoon::run, "up", "--data", file.toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output())
                .isEqualTo(
                        "error: cannot use the data directory " + file + ": a part of the path is not a directory\n");
    }

    private CommandRun.Result run(String arguments) {
        String data =
                arguments.startsWith("logs") || arguments.startsWith("cli PING") || arguments.equals("scale demo 4")
                        ? " --data " + directory
                        : "";
        if (arguments.contains("--broker") || arguments.contains("--context") || arguments.startsWith("completion")) {
            return CommandRun.of(Undermoon::run, arguments.split(" "));
        }
        int end = arguments.indexOf(' ');
        String all = end < 0 ? arguments + data : arguments.substring(0, end) + data + arguments.substring(end);
        return CommandRun.of(Undermoon::run, all.split(" "));
    }
}
