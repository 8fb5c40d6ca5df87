package io.undermoon.broker.history;

import io.undermoon.broker.storage.FaultyRelay;
import io.undermoon.broker.storage.FaultyRelay.Loss;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.kubernetes.ApiServer;
import io.undermoon.broker.storage.kubernetes.ApiServerDouble;
import io.undermoon.broker.storage.kubernetes.RealApiServer;
import io.undermoon.testsupport.KubeApiServer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Brokers over the API of Kubernetes, of which requests and replies are lost. */
class KubernetesHistoryTest {
    @TempDir
    Path directory;

    @Test
    void is_linearisable_and_has_every_acknowledged_change() throws Exception {
        try (ApiServer server = new ApiServerDouble();
                FaultyRelay relay = server.relay()) {
            new HistoryRun(directory, new Kubernetes(server, relay), 2).verify();
        }
    }

    @Test
    @EnabledIf(
            value = "io.undermoon.testsupport.KubeApiServer#isInstalled",
            disabledReason = "KUBE_API_TEST_DIR names no directory with a kube-apiserver")
    void is_linearisable_over_a_real_server_that_is_killed_and_paused() throws Exception {
        try (KubeApiServer real = KubeApiServer.start(directory.resolve("kubernetes"));
                ApiServer server = new RealApiServer(real, directory);
                FaultyRelay relay = server.relay()) {
            new HistoryRun(directory, new RealKubernetes(real, new Kubernetes(server, relay)), 3).verify();
        }
    }

    private record Kubernetes(ApiServer server, FaultyRelay relay) implements HistoryRun.SharedStorage {
        @Override
        public List<String> arguments() {
            return List.of(HistoryBroker.KUBERNETES, relay.address().toString(), server.namespace());
        }

        @Override
        public MetadataStorage open() {
            return server.open();
        }

        @Override
        public int faults() {
            return 2;
        }

        @Override
        public void fail(int kind, SplittableRandom random, HistoryRun.Pause pause) throws InterruptedException {
            Loss loss = kind == 0 ? Loss.REQUESTS : Loss.REPLIES;
            relay.lose(loss, call -> !call.method().equals("GET"), random.nextInt(1, 20), () -> {});
            pause.untilAnswered(500);
            relay.repair();
        }
    }

    private record RealKubernetes(KubeApiServer real, Kubernetes relayed) implements HistoryRun.SharedStorage {
        @Override
        public List<String> arguments() {
            return relayed.arguments();
        }

        @Override
        public MetadataStorage open() {
            return relayed.open();
        }

        @Override
        public int faults() {
            return relayed.faults() + 3;
        }

        @Override
        public void fail(int kind, SplittableRandom random, HistoryRun.Pause pause) throws InterruptedException {
            switch (kind - relayed.faults()) {
                case 0 -> {
                    real.kill();
                    pause.untilAnswered(200);
                    real.restart();
                    // It takes some seconds.
                    pause.untilAnswered(10_000);
                }
                case 1 -> {
                    real.pause();
                    pause.untilAnswered(1500);
                    real.resume();
                }
                case 2 -> {
                    real.etcd().kill(0);
                    pause.untilAnswered(200);
                    real.etcd().restart(0);
                }
                default -> relayed.fail(kind, random, pause);
            }
        }
    }
}
