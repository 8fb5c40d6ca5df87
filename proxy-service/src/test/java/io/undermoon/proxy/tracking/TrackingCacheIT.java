package io.undermoon.proxy.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that keeps what it reads, while others write, connections break and slots change their owner: once all is
 * quiet it has nothing stale. The two masters swap their slots without their data, so a key has another value with each
 * owner.
 */
class TrackingCacheIT {
    private static final int KEYS = 30;

    private final Map<RespValue, RespValue> cache = new HashMap<>();
    private boolean swapped;

    @ParameterizedTest
    @ValueSource(strings = {"", "NOLOOP", "BCAST"})
    void keeps_nothing_stale(String mode) {
        long seed = 20240917;
        SplittableRandom random = new SplittableRandom(seed);
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect().inRespThree();
                RespConnection other = cluster.connect()) {
            client.send(("CLIENT TRACKING ON " + mode).split(" "));
            assertThat(reply(client)).isEqualTo(new RespValue.Simple("OK"));
            int kept = 0;
            for (int round = 0; round < 12; round++) {
                for (int i = 0; i < 100; i++) {
                    String key = "k" + random.nextInt(KEYS);
                    if (random.nextInt(3) > 0) {
                        read(client, key);
                    } else {
                        other.call("SET", key, "v" + round + "-" + i);
                    }
                }
                awaitNothingStale(cluster, client, "seed " + seed + ", round " + round);
                kept += cache.size();
                if (random.nextBoolean()) {
                    swapped = !swapped;
                    cluster.serveEach(
                            swapped ? TwoMasters.HIGH : TwoMasters.LOW, swapped ? TwoMasters.LOW : TwoMasters.HIGH);
                } else {
                    List<RedisServerProcess> both = List.of(cluster.low, cluster.high);
                    try (RespConnection admin = both.get(random.nextInt(2)).connect()) {
                        admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
                    }
                }
                awaitNothingStale(cluster, client, "seed " + seed + ", after what disturbs round " + round);
            }
            assertThat(kept).as("how much could have been stale").isGreaterThan(KEYS);
        }
    }

    private void awaitNothingStale(TwoMasters cluster, RespConnection client, String when) {
        await().alias(when).atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
            client.send("PING");
            reply(client);
            try (RespConnection atLow = cluster.low.connect();
                    RespConnection atHigh = cluster.high.connect()) {
                cache.forEach((key, value) -> assertThat(value).as("%s", key).isEqualTo(actual(key, atLow, atHigh)));
            }
        });
    }

    private void read(RespConnection client, String key) {
        client.send("GET", key);
        RespValue value = reply(client);
        if (!(value instanceof RespValue.Failure)) {
            cache.put(new RespValue.Bulk(key), value);
        }
    }

    /** The next reply; what is pushed before it changes the cache. */
    private RespValue reply(RespConnection client) {
        RespValue value = client.receive();
        while (value instanceof RespValue.Push push) {
            if (push.items().get(1) instanceof RespValue.Array keys) {
                keys.items().forEach(cache::remove);
            } else {
                cache.clear();
            }
            value = client.receive();
        }
        return value;
    }

    private RespValue actual(RespValue key, RespConnection atLow, RespConnection atHigh) {
        String name = ((RespValue.Bulk) key).text();
        boolean isLow = Slot.of(name) <= TwoMasters.LAST_LOW_SLOT;
        RespValue value = (isLow != swapped ? atLow : atHigh).call("GET", name);
        return value == RespValue.Null.BULK ? RespValue.Null.RESP3 : value;
    }
}
