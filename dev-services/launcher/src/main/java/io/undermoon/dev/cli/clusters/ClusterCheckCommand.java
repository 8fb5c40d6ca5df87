package io.undermoon.dev.cli.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.ClusterTarget;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.dev.output.Style;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon clusters check}: whether all slots are served, and all proxies agree about it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Checks a cluster: each slot has one owner, all its proxies say so, and all copies are in sync.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all is well", "1:failure", "2:wrong options", "3:something is not"})
final class ClusterCheckCommand implements Callable<Integer> {
    private static final int UNWELL = 3;

    @Mixin
    private ClusterTarget target = new ClusterTarget();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        String cluster = target.name();
        JsonNode meta = target.description();
        List<String> problems;
        try (ServiceQueries proxies = new ServiceQueries(target.system().login().proxies())) {
            problems = ClusterCheck.problems(target.broker(), cluster, meta, proxies);
        }
        ObjectNode result = Calls.object().put("cluster", cluster).put("ok", problems.isEmpty());
        ArrayNode list = result.putArray("problems");
        problems.forEach(list::add);
        output.show(result, () -> {
            problems.forEach(problem -> output.line(output.styled(Style.BAD, "! ") + problem));
            output.line(
                    problems.isEmpty()
                            ? output.styled(Style.GOOD, "OK") + " all 16384 slots of cluster " + cluster
                                    + " have one owner, its proxies agree, and all copies are in sync."
                            : problems.size() + " problems; 'undermoon clusters fix " + cluster
                                    + "' does what is safe, 'undermoon doctor' says more.");
        });
        return problems.isEmpty() ? 0 : UNWELL;
    }
}
