package io.undermoon.proxy.pubsub;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.resp.RespValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterReportsIT {
    @Test
    void pubsub_is_about_the_clients_of_all_proxies() {
        try (TwoMasters masters = new TwoMasters(TwoMasters.Layout.TWO_PROXIES);
                RespConnection first = masters.connect();
                RespConnection second = RespConnection.to(masters.proxies.get(1).port());
                RespConnection asking = masters.connect()) {
            for (RespConnection subscriber : List.of(first, second)) {
                subscriber.call("SUBSCRIBE", "news.shared");
            }
            second.call("SUBSCRIBE", "news.second");
            second.call("PSUBSCRIBE", "n*");

            assertThat(asking.call("PUBSUB", "NUMSUB", "news.second", "none", "news.shared"))
                    .isEqualTo(new RespValue.Array(List.of(
                            new RespValue.Bulk("news.second"),
                            new RespValue.Int(1),
                            new RespValue.Bulk("none"),
                            new RespValue.Int(0),
                            new RespValue.Bulk("news.shared"),
                            new RespValue.Int(2))));
            assertThat(names(asking.call("PUBSUB", "CHANNELS")))
                    .containsExactlyInAnyOrder("news.shared", "news.second");
            assertThat(names(asking.call("PUBSUB", "CHANNELS", "*second"))).containsExactly("news.second");
            assertThat(asking.call("PUBSUB", "NUMPAT")).isEqualTo(new RespValue.Int(1));
            assertThat(asking.call("PUBSUB", "NUMSUB")).isEqualTo(new RespValue.Array(List.of()));
            assertThat(text(asking.call("PUBSUB", "CHANNELS", "a", "b"))).startsWith("ERR ");
        }
    }

    @Test
    void pubsub_is_about_the_shard_channels_of_all_proxies() {
        try (TwoMasters masters = new TwoMasters(TwoMasters.Layout.TWO_PROXIES);
                RespConnection first = masters.connect();
                RespConnection second = RespConnection.to(masters.proxies.get(1).port());
                RespConnection asking = masters.connect()) {
            masters.low.assumeKnows("SSUBSCRIBE");
            first.call("SSUBSCRIBE", "shard.shared");
            second.call("SSUBSCRIBE", "shard.shared");
            second.call("SSUBSCRIBE", "shard.second");

            assertThat(text(asking.call("PUBSUB", "SHARDNUMSUB", "shard.shared")))
                    .contains("2");
            assertThat(names(asking.call("PUBSUB", "SHARDCHANNELS")))
                    .containsExactlyInAnyOrder("shard.shared", "shard.second");
        }
    }

    private static List<String> names(RespValue array) {
        return ((RespValue.Array) array)
                .items().stream().map(item -> ((RespValue.Bulk) item).text()).toList();
    }
}
