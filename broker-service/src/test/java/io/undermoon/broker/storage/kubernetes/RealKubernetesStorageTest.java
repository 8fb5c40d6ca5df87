package io.undermoon.broker.storage.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.StorageException.Kind;
import io.undermoon.testsupport.KubeApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(
        value = "io.undermoon.testsupport.KubeApiServer#isInstalled",
        disabledReason = "KUBE_API_TEST_DIR names no directory with a kube-apiserver")
class RealKubernetesStorageTest extends KubernetesStorageTest {
    @TempDir
    static Path directory;

    private static KubeApiServer real;

    @BeforeAll
    static void startReal() {
        real = KubeApiServer.start(directory);
    }

    @AfterAll
    static void stopReal() {
        real.close();
    }

    @Override
    RealApiServer server() {
        return new RealApiServer(real, directory);
    }

    @Test
    void says_what_the_account_of_the_broker_lacks() throws IOException {
        String bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + server.namespace() + "/rolebindings";
        KubernetesStorage storage = opened(server.open());
        store(storage, ONE);
        server.request("DELETE", bindings + "/undermoon-broker", "");
        // The server takes a moment to learn that itself.
        await().until(() -> isRefused(storage));
        assertThatThrownBy(storage::load)
                .hasMessageContaining("system:serviceaccount:" + server.namespace() + ":undermoon-broker")
                .hasMessageContaining("cannot get resource \"configmaps\"");
    }

    @Test
    void goes_on_when_the_server_comes_back() {
        KubernetesStorage storage = opened(server.open());
        store(storage, ONE);
        server.restart();
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> store(storage, TWO));
    }

    private static boolean isRefused(KubernetesStorage storage) {
        try {
            storage.load();
            return false;
        } catch (StorageException e) {
            return e.kind() == Kind.REFUSED;
        }
    }
}
