package io.undermoon.dev.cli.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.ClusterTarget;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.cli.options.Pause;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon clusters fix}: what helps a cluster and can lose nothing. */
@Command(
        name = "fix",
        mixinStandardHelpOptions = true,
        description = {
            "Does what helps a cluster and can lose nothing: replaces failed proxies where a spare is there and spreads"
                    + " masters evenly.",
            "Slots never need fixing: they have one owner at any time. What is left afterwards is shown."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all is well", "1:failure", "2:wrong options", "3:something is left"})
final class ClusterFixCommand implements Callable<Integer> {
    private static final int UNWELL = 3;
    private static final int LOOKS = 20;
    private static final int POLL_MILLIS = 500;

    @Mixin
    private ClusterTarget target = new ClusterTarget();

    @Mixin
    private Output output = new Output();

    @Option(names = "--dry-run", description = "Change nothing, and show what would be done.")
    private boolean dryRun;

    /** A call that helps. */
    private record Repair(String what, String method, String path) {}

    @Override
    public Integer call() {
        String cluster = target.name();
        Broker broker = target.broker();
        List<String> before = problems(broker, cluster);
        List<Repair> repairs = repairs(broker, cluster);
        List<String> done = new ArrayList<>();
        for (Repair repair : repairs) {
            done.add(dryRun ? "would " + repair.what() : outcome(broker, repair));
        }
        List<String> after = dryRun || repairs.isEmpty() ? before : settled(broker, cluster);
        ObjectNode result = Calls.object().put("cluster", cluster).put("ok", after.isEmpty());
        list(result.putArray("before"), before);
        list(result.putArray("done"), done);
        list(result.putArray("left"), after);
        output.show(result, () -> {
            before.forEach(problem -> output.line("! " + problem));
            done.forEach(line -> output.line("- " + line));
            if (done.isEmpty()) {
                output.line("There is nothing to do for cluster " + cluster + ".");
            }
            after.forEach(problem -> output.line("left: " + problem));
        });
        return after.isEmpty() ? 0 : UNWELL;
    }

    private static void list(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private List<Repair> repairs(Broker broker, String cluster) {
        List<Repair> repairs = new ArrayList<>();
        List<String> own = Calls.texts(
                Calls.of(() -> broker.get("/clusters/proxies")).path("clusters").path(cluster));
        Calls.texts(Calls.of(() -> broker.get("/failures")).path("addresses")).stream()
                .filter(own::contains)
                .forEach(proxy -> repairs.add(new Repair(
                        "replace the failed proxy " + proxy, "POST", "/proxies/failover/" + Broker.segment(proxy))));
        if (isSkewed(ClusterTarget.description(broker, cluster))) {
            repairs.add(new Repair("spread the masters evenly", "PUT", "/clusters/balance/" + cluster));
        }
        return repairs;
    }

    /** Whether both masters of a chunk are behind one proxy. */
    private static boolean isSkewed(JsonNode cluster) {
        JsonNode nodes = cluster.path("nodes");
        for (int chunk = 0; chunk + 3 < nodes.size(); chunk += 4) {
            List<String> masters = new ArrayList<>();
            for (int node = chunk; node < chunk + 4; node++) {
                if (nodes.path(node).path("repl").path("role").asText().equals("master")) {
                    masters.add(nodes.path(node).path("proxy_address").asText());
                }
            }
            if (masters.size() != masters.stream().distinct().count()) {
                return true;
            }
        }
        return false;
    }

    private static String outcome(Broker broker, Repair repair) {
        try {
            broker.send(repair.method(), repair.path(), null);
            return repair.what() + ": asked for";
        } catch (BrokerHttpException e) {
            if (e.status() == 0) {
                throw new LaunchException(String.valueOf(e.getMessage()), e);
            }
            return repair.what() + ": refused, " + e.reason();
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The problems that are left when what was asked for has had time to happen. */
    private List<String> settled(Broker broker, String cluster) {
        List<String> left = problems(broker, cluster);
        for (int look = 1; look < LOOKS && !left.isEmpty(); look++) {
            Pause.millis(POLL_MILLIS);
            left = problems(broker, cluster);
        }
        return left;
    }

    private List<String> problems(Broker broker, String cluster) {
        try (ServiceQueries proxies = new ServiceQueries(target.system().login().proxies())) {
            return ClusterCheck.problems(broker, cluster, ClusterTarget.description(broker, cluster), proxies);
        }
    }
}
