package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.migrations.MigrationLines;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.controlplane.Slots;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.datadir.StackState.StartedService;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon status}: the clusters of a system and, of a stack on this machine, its processes. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the clusters of a system and, of a stack on this machine, its processes.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every process runs and answers, and no proxy of a cluster has failed",
            "1:failure",
            "2:wrong options",
            "3:some do not answer, some have failed, or there is no stack",
            "4:no broker answers"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  undermoon status", "  undermoon status --broker https://10.0.0.1:7799 -o json"})
public final class StatusCommand implements Callable<Integer> {
    private static final int NOT_UP = 3;

    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        ObjectNode result = Calls.object();
        boolean isLocal = target.isLocal();
        boolean isUp = true;
        if (isLocal) {
            DataDirectory data = target.workspace().data();
            Optional<StackState> state = data.load();
            if (state.isEmpty()) {
                output.show(
                        result.put("stack", (String) null), () -> output.line("There is no stack in " + data.root()));
                return NOT_UP;
            }
            isUp = processes(state.get(), result.putArray("processes"));
        }
        try {
            isUp &= system(target.broker(), result);
        } catch (LaunchException e) {
            if (!isLocal) {
                throw e;
            }
            result.put("problem", String.valueOf(e.getMessage()));
        }
        output.show(result, () -> print(result));
        return isUp ? 0 : NOT_UP;
    }

    private boolean processes(StackState state, ArrayNode result) {
        boolean allAnswer = true;
        for (ServiceSpec service :
                StackPlan.of(state.shape(), target.workspace().forReading())) {
            Optional<Long> pid = Optional.ofNullable(state.processes().get(service.name()))
                    .map(StartedService::process)
                    .filter(LiveProcesses::isRunning)
                    .map(process -> process.pid());
            boolean answers = pid.isPresent() && Probe.isReady(service.readiness());
            allAnswer &= answers;
            result.addObject()
                    .put("service", service.name())
                    .put("state", answers ? "running" : pid.isPresent() ? "not answering" : "stopped")
                    .put("pid", pid.orElse(null))
                    .put("ports", ports(service));
        }
        return allAnswer;
    }

    private static String ports(ServiceSpec service) {
        return service.listeners().stream()
                .map(listener -> listener.port() + " " + listener.protocol())
                .collect(Collectors.joining(", "));
    }

    private static boolean system(Broker broker, ObjectNode result) {
        List<String> failed = Calls.texts(
                Calls.of(() -> broker.get("/proxies/failed/addresses")).path("addresses"));
        List<String> failing =
                Calls.texts(Calls.of(() -> broker.get("/failures")).path("addresses"));
        result.put("epoch", Calls.of(() -> broker.get("/epoch")).asLong());
        ArrayNode clusters = result.putArray("clusters");
        Calls.of(() -> broker.get("/clusters/info")).path("clusters").forEach(info -> {
            String name = info.path("name").asText();
            JsonNode cluster =
                    Calls.of(() -> broker.get("/clusters/meta/" + name)).path("cluster");
            ObjectNode entry = clusters.addObject().put("name", name);
            entry.put("epoch", cluster.path("epoch").asLong());
            ArrayNode nodes = entry.putArray("nodes");
            cluster.path("nodes")
                    .forEach(node -> nodes.addObject()
                            .put("proxy", node.path("proxy_address").asText())
                            .put("node", node.path("address").asText())
                            .put("role", node.path("repl").path("role").asText())
                            .put("slot_number", Slots.served(node))
                            .put("slots", ranges(node)));
            entry.set("migrations", info.path("migrations"));
            entry.set(
                    "notices",
                    Calls.of(() -> broker.get("/clusters/replicas/" + name)).path("notices"));
        });
        ArrayNode failedProxies = result.putArray("failed_proxies");
        failed.forEach(failedProxies::add);
        ArrayNode failingProxies = result.putArray("not_replaced");
        failing.forEach(failingProxies::add);
        return failing.isEmpty();
    }

    private static String ranges(JsonNode node) {
        StringBuilder text = new StringBuilder();
        for (JsonNode tagged : node.path("slots")) {
            String ranges = MigrationLines.slots(tagged.path("range_list"));
            text.append(text.isEmpty() ? "" : " ").append(ranges);
            if (tagged.path("tag").has("Migrating")) {
                text.append(" (leaving)");
            } else if (tagged.path("tag").has("Importing")) {
                text.append(" (coming)");
            }
        }
        return text.toString();
    }

    private void print(JsonNode result) {
        if (result.has("processes")) {
            Table table = new Table()
                    .column("SERVICE")
                    .column("STATE", state -> state.equals("running") ? Style.GOOD : Style.BAD)
                    .number("PID")
                    .column("PORTS");
            result.path("processes")
                    .forEach(process -> table.row(
                            process.path("service").asText(),
                            process.path("state").asText(),
                            process.path("pid").asText(""),
                            process.path("ports").asText()));
            output.print(table);
        }
        if (result.has("problem")) {
            output.line(
                    "\nThe clusters cannot be shown: " + result.path("problem").asText());
            return;
        }
        result.path("clusters").forEach(this::cluster);
        if (result.path("clusters").isEmpty()) {
            output.line("There is no cluster.");
        }
        if (!result.path("failed_proxies").isEmpty()) {
            output.line("\nFailed proxies: " + String.join(", ", Calls.texts(result.path("failed_proxies"))));
        }
    }

    private void cluster(JsonNode cluster) {
        output.line("\n"
                + output.styled(
                        Style.TITLE,
                        "Cluster " + cluster.path("name").asText() + ", epoch "
                                + cluster.path("epoch").asLong()));
        Table table = new Table()
                .column("PROXY")
                .column("NODE")
                .column("ROLE")
                .number("SLOTS")
                .column("RANGES");
        cluster.path("nodes")
                .forEach(node -> table.row(
                        node.path("proxy").asText(),
                        node.path("node").asText(),
                        node.path("role").asText(),
                        node.path("role").asText().equals("master")
                                ? Amounts.count(node.path("slot_number").asLong())
                                : "",
                        node.path("slots").asText()));
        output.print(table);
        MigrationLines.of(cluster.path("migrations")).forEach(output::line);
        Calls.texts(cluster.path("notices"))
                .forEach(notice -> output.line(output.styled(Style.WARNING, "  ! " + notice)));
    }
}
