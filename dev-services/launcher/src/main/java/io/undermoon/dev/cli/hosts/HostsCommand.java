package io.undermoon.dev.cli.hosts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.cli.options.DryRun;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.cli.options.Pause;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon hosts}: failure domains. */
@Command(
        name = "hosts",
        mixinStandardHelpOptions = true,
        description = "Lists the hosts, or empties one.",
        subcommands = {HostsCommand.List.class, HostsCommand.Drain.class},
        synopsisSubcommandLabel = "COMMAND")
public final class HostsCommand {
    private HostsCommand() {}

    /** {@code undermoon hosts list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows the proxies of each host, how many are free or have failed, and what is drained.")
    static final class List implements Callable<Integer> {
        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private Output output = new Output();

        private static final class Host {
            private int proxies;
            private int used;
            private int failed;
        }

        @Override
        public Integer call() {
            Broker broker = target.broker();
            JsonNode metadata = Calls.of(() -> broker.get("/metadata"));
            JsonNode draining = Calls.of(() -> broker.get("/hosts/drain")).path("hosts");
            java.util.List<String> failed = Calls.texts(metadata.path("failed_proxies"));
            Map<String, Host> hosts = new TreeMap<>();
            metadata.path("all_proxies").forEach(proxy -> {
                Host host = hosts.computeIfAbsent(proxy.path("host").asText(), name -> new Host());
                host.proxies++;
                host.used += proxy.path("cluster").isTextual() ? 1 : 0;
                host.failed += failed.contains(proxy.path("proxy_address").asText()) ? 1 : 0;
            });
            ArrayNode result = Calls.array();
            Table table = new Table()
                    .column("HOST")
                    .number("PROXIES")
                    .number("IN USE")
                    .number("FREE")
                    .number("FAILED")
                    .column("DRAIN", state -> state.equals("-") ? Style.FAINT : Style.WARNING);
            hosts.forEach((name, host) -> {
                String state = drain(draining, name);
                int free = Math.max(0, host.proxies - host.used - host.failed);
                result.addObject()
                        .put("host", name)
                        .put("proxies", host.proxies)
                        .put("in_use", host.used)
                        .put("free", free)
                        .put("failed", host.failed)
                        .put("drain", state.isEmpty() ? null : state);
                table.row(name, host.proxies, host.used, free, host.failed, state);
            });
            output.show(result, () -> output.print(table));
            return 0;
        }

        private static String drain(JsonNode draining, String host) {
            for (JsonNode entry : draining) {
                if (entry.path("host").asText().equals(host)) {
                    return entry.path("state").asText() + ", "
                            + entry.path("slots_left").asInt() + " slots left";
                }
            }
            return "";
        }
    }

    /** {@code undermoon hosts drain}. */
    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = {
                "Empties a host, so that it can be switched off: its slots move to others, and nothing new comes.",
                "Shows how far that is when called again."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the host is empty, or will be with --no-wait", "1:failure", "2:wrong options"},
            footerHeading = "%nExamples:%n",
            footer = {
                "  undermoon hosts drain rack-1 --dry-run   what moves",
                "  undermoon hosts drain rack-1 --yes       and wait until it is empty",
                "  undermoon hosts drain rack-1 --stop      it may be used again"
            })
    static final class Drain implements Callable<Integer> {
        private static final int POLL_MILLIS = 1000;

        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private DryRun dryRun = new DryRun();

        @Mixin
        private Confirmation confirmation = new Confirmation();

        @Option(names = "--stop", description = "No longer: the host may be used again.")
        private boolean stop;

        @Option(names = "--no-wait", description = "Do not wait until it is empty.")
        private boolean noWait;

        @Parameters(index = "0", paramLabel = "HOST", description = "Its name, as `undermoon hosts list` shows it.")
        private String host = "";

        @Override
        public Integer call() {
            Broker broker = target.broker();
            String path = "/hosts/drain/" + Broker.segment(host);
            Output output = dryRun.output();
            if (dryRun.isOn()) {
                return dryRun.show(target, Map.of("action", "drain", "host", host));
            }
            if (stop) {
                Calls.of(() -> broker.send("DELETE", path, null));
                output.show(
                        Calls.object().put("host", host), () -> output.line("Host " + host + " may be used again."));
                return 0;
            }
            confirmation.demand("Move everything away from host " + host + "?");
            JsonNode state = Calls.of(() -> broker.send("POST", path, null));
            String shown = "";
            while (!noWait && !state.path("state").asText().equals("drained")) {
                String line = line(state);
                if (!line.equals(shown)) {
                    output.note(line);
                    shown = line;
                }
                Pause.millis(POLL_MILLIS);
                state = Calls.of(() -> broker.get(path));
            }
            JsonNode last = state;
            output.show(last, () -> output.line(line(last)));
            return 0;
        }

        private String line(JsonNode state) {
            String message = state.path("message").asText("");
            return "Host " + host + " is " + state.path("state").asText() + ": "
                    + state.path("slots_left").asInt() + " slots left, proxies in use: "
                    + String.join(", ", Calls.texts(state.path("proxies_in_use")))
                    + (message.isEmpty() ? "" : "; " + message);
        }
    }
}
