package io.undermoon.broker.storage.kubernetes;

import io.undermoon.testsupport.KubeApiServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(
        value = "io.undermoon.testsupport.KubeApiServer#isInstalled",
        disabledReason = "KUBE_API_TEST_DIR names no directory with a kube-apiserver")
class RealKubernetesStorageContractTest extends KubernetesStorageContractTest {
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
    ApiServer server() {
        return new RealApiServer(real, directory);
    }
}
