package io.undermoon.dev.cli.data;

import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Seeds;
import io.undermoon.dev.cli.options.Terminal;
import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.RedirectedConnection;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.rediscli.CommandWords;
import io.undermoon.rediscli.ReplyText;
import io.undermoon.resp.RespValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon cli}: sends commands to a cluster, as redis-cli -c does. */
@picocli.CommandLine.Command(
        name = "cli",
        mixinStandardHelpOptions = true,
        description = {
            "Sends Redis commands to a cluster and prints the replies as redis-cli does; follows redirections.",
            "Without a command it reads commands from the standard input, one a line, until `quit`.",
            "Options come before the command."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:the reply to the command is an error, or there is no connection",
            "2:wrong options"
        })
public final class CliCommand implements Callable<Integer> {
    /** Their text is shown as it is. */
    private static final Set<String> TEXTS = Set.of(
            "INFO",
            "LOLWUT",
            "CLUSTER NODES",
            "CLUSTER INFO",
            "CLIENT LIST",
            "CLIENT INFO",
            "MEMORY DOCTOR",
            "LATENCY DOCTOR",
            "UMCTL INFO");

    /** After these, messages arrive without being asked for. */
    private static final Set<String> STREAMS = Set.of("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR");

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "A cluster of the local stack (default: the first).")
    private @Nullable String cluster;

    @Mixin
    private Seeds seeds = new Seeds();

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "A command with its arguments.")
    private List<String> words = List.of();

    private final PrintStream out = System.out;
    private final boolean formatted = Terminal.isOutput();

    @Override
    public Integer call() throws IOException {
        try (RedirectedConnection connection =
                RedirectedConnection.open(seeds.settingsOr(this::proxies), this::redirected)) {
            if (words.isEmpty()) {
                readLines(connection);
                return 0;
            }
            RespValue reply =
                    run(connection, words.stream().map(CliCommand::bytes).toList());
            return reply instanceof RespValue.Failure || reply instanceof RespValue.BulkFailure ? 1 : 0;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    private void readLines(RedirectedConnection connection) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = prompt(connection, in);
        while (line != null && !line.strip().matches("(?i)quit|exit")) {
            try {
                List<byte[]> command = CommandWords.split(line);
                if (!command.isEmpty()) {
                    run(connection, command);
                }
            } catch (IllegalArgumentException e) {
                out.println("Invalid argument(s): " + e.getMessage());
            } catch (IOException e) {
                out.println("error: " + e.getMessage());
            }
            line = prompt(connection, in);
        }
    }

    private @Nullable String prompt(RedirectedConnection connection, BufferedReader in) throws IOException {
        if (formatted && Terminal.isInput()) {
            out.print(connection.address() + "> ");
            out.flush();
        }
        return in.readLine();
    }

    private RespValue run(RedirectedConnection connection, List<byte[]> command) throws IOException {
        RespValue reply = connection.call(new Command(command));
        print(reply, command);
        boolean stream = STREAMS.contains(word(command, 0)) && !(reply instanceof RespValue.Failure);
        while (stream) {
            print(connection.receive(), command);
        }
        return reply;
    }

    private void print(RespValue reply, List<byte[]> command) {
        String name = word(command, 0);
        boolean text = reply instanceof RespValue.Bulk
                && (TEXTS.contains(name) || TEXTS.contains(name + " " + word(command, 1)));
        if (formatted && !text) {
            out.print(ReplyText.formatted(reply));
        } else {
            out.writeBytes(ReplyText.raw(reply));
        }
        out.flush();
    }

    private void redirected(HostPort address) {
        if (formatted) {
            out.println("-> Redirected to " + address);
        }
    }

    /** The proxies of the chosen cluster, those with slots first. */
    private List<HostPort> proxies() {
        Optional<ClusterName> chosen =
                Optional.ofNullable(cluster).map(Calls::cluster).map(ClusterName::new);
        StackState state = workspace
                .data()
                .load()
                .orElseThrow(() -> new LaunchException("there is no stack in "
                        + workspace.data().root() + "; start one with `" + workspace.command("up --cluster demo:4")
                        + "`, or say --seed HOST:PORT"));
        BrokerApi broker = new BrokerApi(StackPlan.brokerAddress(state.shape()));
        try {
            Optional<ClusterName> name = chosen.isPresent()
                    ? chosen
                    : broker.clusterNames().stream().findFirst().map(ClusterName::new);
            Optional<Cluster> found = name.isEmpty() ? Optional.empty() : broker.cluster(name.get());
            return found
                    .orElseThrow(() -> new LaunchException(
                            name.isEmpty() ? "the stack has no cluster yet" : "there is no cluster " + name.get()))
                    .nodes()
                    .stream()
                    .sorted((a, b) ->
                            Boolean.compare(a.slots().isEmpty(), b.slots().isEmpty()))
                    .map(Node::proxyAddress)
                    .distinct()
                    .map(address -> HostPort.parse(address.value()))
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new LaunchException("the stack does not answer: " + e.getMessage(), e);
        }
    }

    private static String word(List<byte[]> command, int index) {
        return index < command.size()
                ? new String(command.get(index), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT)
                : "";
    }

    private static byte[] bytes(String word) {
        return word.getBytes(StandardCharsets.UTF_8);
    }
}
