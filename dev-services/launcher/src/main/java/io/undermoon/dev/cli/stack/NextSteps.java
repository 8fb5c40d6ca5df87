package io.undermoon.dev.cli.stack;

import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.HostPort;
import java.io.PrintStream;
import java.util.List;

/** What a user can type once the stack is up. */
final class NextSteps {
    private final PrintStream out;
    private final Workspace workspace;
    private final boolean redisCli;

    NextSteps(PrintStream out, Workspace workspace) {
        this(out, workspace, Programs.onPath("redis-cli").isPresent());
    }

    /** @param redisCli whether redis-cli is on PATH */
    NextSteps(PrintStream out, Workspace workspace, boolean redisCli) {
        this.out = out;
        this.workspace = workspace;
        this.redisCli = redisCli;
    }

    /** @param serving the clusters of the stack, the wanted ones first */
    void print(String broker, List<WantedCluster> wanted, List<Cluster> serving) {
        if (serving.isEmpty()) {
            out.println("Ready. Create a cluster:");
            out.println("  curl -X POST -H 'Content-Type: application/json' -d '{\"node_number\":4}' \\");
            out.println("    http://" + broker + "/api/v3/clusters/meta/demo");
        } else {
            printClient(serving.get(0));
        }
        out.println("Look at it in a browser:");
        out.println("  http://" + broker + "/");
        out.println("The broker's API:");
        out.println("  http://" + broker + "/q/swagger-ui");
        for (WantedCluster cluster : wanted) {
            serving.stream()
                    .filter(present -> present.name().equals(cluster.name()))
                    .filter(present -> present.nodes().size() != cluster.nodes())
                    .forEach(present -> printDifference(cluster, present.nodes().size()));
        }
        out.println();
    }

    private void printClient(Cluster cluster) {
        HostPort proxy = HostPort.parse(cluster.nodes().get(0).proxyAddress().value());
        out.println("Ready. Talk to cluster " + cluster.name() + ":");
        out.println("  " + workspace.command("cli --cluster " + cluster.name()));
        if (redisCli) {
            out.println("or with redis-cli:");
            out.println("  redis-cli -c -p " + proxy.port());
        }
        out.println("or from Java, with Jedis:");
        out.println("  try (var redis = RedisClusterClient.create(new HostAndPort(\"127.0.0.1\", " + proxy.port()
                + "))) {");
        out.println("      redis.set(\"greeting\", \"hello\");");
        out.println("  }");
    }

    private void printDifference(WantedCluster wanted, int present) {
        out.println();
        out.println("WARNING: cluster " + wanted.name() + " already existed with " + present + " nodes and keeps them;"
                + " to bring it to " + wanted.nodes() + ":");
        out.println("  " + workspace.command("scale " + wanted.name() + " " + wanted.nodes()));
    }
}
