package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.NodeRuns;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DataPlaneTest {
    /** Whichever it is: without that of the acceptor, for instance, nobody can connect. */
    @Test
    void is_alive_while_each_of_its_loops_is() {
        BackendSettings settings = new BackendSettings(
                1000,
                3000,
                10_000,
                1 << 20,
                1,
                BackendSettings.Login.NONE,
                BackendSettings.Login.NONE,
                BackendEncryption.NONE);
        try (DataPlane dataPlane =
                new DataPlane(Transport.best(), 1, settings, NodeRuns.ALL, 1, new Lease(LeaseClock.SYSTEM))) {
            await().until(() -> dataPlane.isAlive(Duration.ofSeconds(10)));
            for (NodeConnections each : List.of(
                    dataPlane.connections().get(0),
                    dataPlane.controlConnections(),
                    dataPlane.migrationConnections(),
                    dataPlane.sessionLoops().acceptor())) {
                CountDownLatch busy = new CountDownLatch(1);
                each.loop().execute(() -> awaitQuietly(busy));
                try {
                    assertThat(dataPlane.isAlive(Duration.ofMillis(50))).isFalse();
                } finally {
                    busy.countDown();
                }
                await().until(() -> dataPlane.isAlive(Duration.ofSeconds(10)));
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
