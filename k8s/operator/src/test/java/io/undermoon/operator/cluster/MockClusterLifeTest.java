package io.undermoon.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.kube.Writer;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** On fabric8's mock of the API server, which has no server-side apply: objects are replaced instead. */
@EnableKubernetesMockClient(crud = true)
class MockClusterLifeTest extends ClusterLife {
    /** Says of each request that there was one; held, as loggers are forgotten otherwise. */
    private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

    static {
        REQUESTS.setLevel(Level.OFF);
    }

    private static final int MAX_REQUESTS = 9;

    @SuppressWarnings("NullAway.Init")
    private KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    private KubernetesClient client;

    /** 100 clusters that nothing happens to are 100 times that in 15 s. */
    @Test
    void a_look_at_a_steady_cluster_takes_few_requests_and_writes_nothing() throws InterruptedException {
        create(2, spec -> {
            spec.networkPolicy = true;
            spec.storage = new UndermoonClusterSpec.Storage();
        });
        untilSteady();
        round();
        UndermoonCluster cluster = cluster();
        int before = server.getRequestCount();
        assertThat(look(cluster).isSteady()).isTrue();
        int requests = server.getRequestCount() - before;
        assertThat(requests).isLessThanOrEqualTo(MAX_REQUESTS);
        int skipped = server.getRequestCount() - requests;
        for (int i = 0; i < skipped; i++) {
            server.takeRequest();
        }
        for (int i = 0; i < requests; i++) {
            assertThat(server.takeRequest().getMethod()).isEqualTo("GET");
        }
    }

    @Override
    KubernetesClient client() {
        return client;
    }

    @Override
    Writer writer() {
        return wanted -> {
            HasMetadata present = client.resource(wanted).get();
            if (present == null) {
                client.resource(wanted).create();
            } else if (!content(wanted).equals(content(present))) {
                client.resource(wanted).update();
            }
        };
    }

    private static JsonNode content(HasMetadata object) {
        return Serialization.jsonMapper().convertValue(object, ObjectNode.class).without(List.of("metadata", "status"));
    }
}
