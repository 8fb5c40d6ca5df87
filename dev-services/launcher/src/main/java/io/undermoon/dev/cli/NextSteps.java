package io.undermoon.dev.cli;

import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.WantedCluster;
import java.io.PrintStream;
import java.util.List;

/** What a user can type once the stack is up. */
final class NextSteps {
    private NextSteps() {}

    static void print(PrintStream out, StackShape shape, List<WantedCluster> clusters) {
        String broker = "http://" + StackPlan.brokerAddress(shape);
        if (clusters.isEmpty()) {
            out.println("""
                    Ready. Create a cluster:
                      curl -X POST -H 'Content-Type: application/json' -d '{"node_number":4}' %s/api/v3/clusters/meta/demo
                    """.formatted(broker));
        } else {
            printClient(out, shape, clusters.get(0));
        }
        out.println("""
                The broker's API:
                  %s/q/swagger-ui
                """.formatted(broker));
    }

    private static void printClient(PrintStream out, StackShape shape, WantedCluster cluster) {
        int port = shape.ports().proxyResp(0);
        out.println("""
                Ready. Talk to cluster %s:
                  redis-cli -c -p %d
                or from Java, with Jedis:
                  try (var redis = new JedisCluster(new HostAndPort("127.0.0.1", %d))) {
                      redis.set("greeting", "hello");
                  }
                """.formatted(cluster.name(), port, port));
    }
}
