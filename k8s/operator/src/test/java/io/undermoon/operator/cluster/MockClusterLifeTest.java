package io.undermoon.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.undermoon.operator.kube.Writer;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** On fabric8's mock of the API server, which has no server-side apply: objects are replaced instead. */
@EnableKubernetesMockClient(crud = true)
class MockClusterLifeTest extends ClusterLife {
    /** Says of each request that there was one; held, as loggers are forgotten otherwise. */
    private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

    static {
        REQUESTS.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    private KubernetesClient client;

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
