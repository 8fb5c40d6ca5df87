package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.Slot;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a proxy that has no part in the move of a slot tells its clients. */
class ThirdProxyIT {
    private static final String KEY = "b";

    @Test
    void clients_are_sent_to_the_new_owner_from_the_switch_on() {
        int slot = Slot.of(KEY);
        assertThat(TwoProxies.MOVING.contains(slot)).isTrue();
        try (ThreeProxies proxies = ThreeProxies.redirecting();
                RespConnection client = proxies.connect(2)) {
            assertThat(text(client.call("GET", KEY))).isEqualTo(moved(proxies, slot, 0));
            proxies.begin();
            proxies.awaitSwitched();
            await("before the commit")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> text(client.call("GET", KEY)).equals(moved(proxies, slot, 1)));
            assertThat(text(client.call("CLUSTER", "NODES")))
                    .containsPattern(proxies.proxies.get(1).address() + ".* master .* 0-8000\n");

            proxies.commit();
            assertThat(text(client.call("GET", KEY))).isEqualTo(moved(proxies, slot, 1));
            proxies.begin();
            assertThat(text(client.call("GET", KEY))).as("on the way back").isEqualTo(moved(proxies, slot, 1));
            proxies.end();
            assertThat(text(client.call("GET", KEY))).isEqualTo(moved(proxies, slot, 0));
        }
    }

    private static String moved(ThreeProxies proxies, int slot, int owner) {
        return "MOVED " + slot + " " + proxies.proxies.get(owner).address();
    }
}
