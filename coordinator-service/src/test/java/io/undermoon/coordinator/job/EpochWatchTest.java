package io.undermoon.coordinator.job;

import static org.awaitility.Awaitility.await;

import io.undermoon.client.BrokerToken;
import io.undermoon.coordinator.broker.BrokerList;
import io.undermoon.coordinator.broker.HttpBroker;
import io.undermoon.coordinator.testing.HttpBrokerServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EpochWatchTest {
    @Test
    void starts_a_round_for_each_change_and_survives_failing_ones() throws IOException {
        AtomicInteger rounds = new AtomicInteger();
        try (HttpBrokerServer server = new HttpBrokerServer()) {
            server.on("GET /api/v3/watch?epoch=0&timeout=20", 200, "{\"epoch\":4}");
            server.on("GET /api/v3/watch?epoch=4&timeout=20", 200, "{\"epoch\":5}");
            server.on("GET /api/v3/watch?epoch=5&timeout=20", 500, "");
            HttpBroker broker = new HttpBroker(
                    new BrokerList(List.of(server.address()), System::nanoTime),
                    "r",
                    Duration.ofSeconds(5),
                    false,
                    null,
                    BrokerToken.NONE);
            try (EpochWatch watch = new EpochWatch(broker, () -> {
                rounds.incrementAndGet();
                throw new IllegalStateException("as the test wants");
            })) {
                watch.start();
                await().untilAtomic(rounds, org.hamcrest.Matchers.equalTo(2));
                server.on("GET /api/v3/watch?epoch=5&timeout=20", 200, "{\"epoch\":6}");
                server.hangOn("GET /api/v3/watch?epoch=6&timeout=20");
                await().untilAtomic(rounds, org.hamcrest.Matchers.equalTo(3));
            }
        }
    }
}
