package io.undermoon.dev.cli;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.datadir.StackState.StartedService;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon status}: the processes of the stack and its clusters. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the processes of the stack and its clusters.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every process runs and answers",
            "1:failure",
            "2:wrong options",
            "3:some do not answer, or there is no stack"
        })
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_UP = 3;
    private static final String ROW = "%-14s %-13s %8s  %s%n";

    @Mixin
    private Workspace workspace = new Workspace();

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        DataDirectory data = workspace.data();
        Optional<StackState> state = data.load();
        if (state.isEmpty()) {
            out.println("There is no stack in " + data.root());
            return NOT_UP;
        }
        boolean allAnswer = printProcesses(state.get());
        printClusters(new BrokerApi(StackPlan.brokerAddress(state.get().shape())));
        return allAnswer ? 0 : NOT_UP;
    }

    private boolean printProcesses(StackState state) {
        boolean allAnswer = true;
        out.printf(ROW, "SERVICE", "STATE", "PID", "PORTS");
        for (ServiceSpec service : StackPlan.of(state.shape(), workspace.forReading())) {
            Optional<Long> pid = Optional.ofNullable(state.processes().get(service.name()))
                    .map(StartedService::process)
                    .filter(LiveProcesses::isRunning)
                    .map(process -> process.pid());
            boolean answers = pid.isPresent() && Probe.isReady(service.readiness());
            allAnswer &= answers;
            String word = answers ? "running" : pid.isPresent() ? "not answering" : "stopped";
            out.printf(ROW, service.name(), word, pid.map(String::valueOf).orElse("-"), ports(service));
        }
        return allAnswer;
    }

    private static String ports(ServiceSpec service) {
        return service.listeners().stream()
                .map(listener -> listener.port() + " " + listener.protocol())
                .collect(Collectors.joining(", "));
    }

    private void printClusters(BrokerApi broker) {
        try {
            List<String> failed = broker.failedProxies();
            for (String name : broker.clusterNames()) {
                broker.cluster(new ClusterName(name)).ifPresent(this::printCluster);
                broker.notices(new ClusterName(name)).forEach(notice -> out.println("  ! " + notice));
            }
            if (!failed.isEmpty()) {
                out.println("\nFailed proxies: " + String.join(", ", failed));
            }
        } catch (IOException e) {
            out.println("\nThe clusters cannot be shown: " + e.getMessage());
        }
    }

    private void printCluster(Cluster cluster) {
        out.printf("%nCluster %s, epoch %s%n", cluster.name(), cluster.epoch());
        for (Node node : cluster.nodes()) {
            String slots = node.slots().stream()
                    .map(tagged -> tagged.rangeList().toString())
                    .collect(Collectors.joining(" "));
            out.printf(
                    "  proxy %s  node %s  %-7s  %s%n",
                    node.proxyAddress(), node.address(), node.repl().role().wireName(), slots);
        }
    }
}
