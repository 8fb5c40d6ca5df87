package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;

/** Clients that reach proxies under other addresses than those in the metadata, which lead them nowhere. */
class OutsideClientsIT extends OpensResources {
    /** What proxies are called among themselves: a name that the clients of this test cannot resolve. */
    private static final String INSIDE = "proxy-%d.inside.invalid:5299";

    @TempDir
    Path directory;

    private final int[] inside = {FreePort.any(), FreePort.any()};
    private final int[] outside = {FreePort.any(), FreePort.any()};
    private final int replicas = FreePort.any();

    private ProxyServer start(int number, RedisServerProcess node) {
        ProxyServer server = opened(new ProxyServer(
                Configs.onOnePort(
                        "thread_number",
                        "1",
                        "address",
                        "127.0.0.1:" + inside[number],
                        "announce_address",
                        INSIDE.formatted(number),
                        "node_addresses",
                        node.address() + ",127.0.0.1:1",
                        "external.address",
                        "127.0.0.1:" + outside[number],
                        "external.replica_port",
                        number == 0 ? Integer.toString(replicas) : "0",
                        "external.addresses_file",
                        directory.resolve("addresses").toString()),
                () -> {}));
        server.start();
        return server;
    }

    private void tell(int... ports) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ports.length; i++) {
            text.append(INSIDE.formatted(i))
                    .append(" 127.0.0.1:")
                    .append(ports[i])
                    .append('\n');
        }
        Files.writeString(directory.resolve("addresses"), text);
    }

    private static void serve(int port, String node, String own, String peer, String others) {
        RespValue reply;
        try (RespConnection proxy = RespConnection.to(port)) {
            reply = proxy.call(
                    "UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", node, "1", own, "PEER", peer, "1", others);
        }
        assertThat(reply).isEqualTo(new RespValue.Simple("OK"));
    }

    @Test
    void a_cluster_client_works_from_outside_and_sees_no_address_of_inside() throws IOException {
        tell(outside);
        RedisServerProcess[] nodes = {opened(RedisServerProcess.start()), opened(RedisServerProcess.start())};
        ProxyServer first = start(0, nodes[0]);
        start(1, nodes[1]);
        serve(inside[0], nodes[0].address(), "0-8000", INSIDE.formatted(1), "8001-16383");
        serve(inside[1], nodes[1].address(), "8001-16383", INSIDE.formatted(0), "0-8000");

        try (JedisCluster client = new JedisCluster(new HostAndPort("127.0.0.1", outside[0]))) {
            for (int i = 0; i < 50; i++) {
                client.set("key-" + i, "v" + i);
                assertThat(client.get("key-" + i)).isEqualTo("v" + i);
            }
            assertThat(client.getClusterNodes().keySet())
                    .containsExactlyInAnyOrder("127.0.0.1:" + outside[0], "127.0.0.1:" + outside[1]);
        }
        RespConnection from = opened(RespConnection.to(outside[0]));
        assertThat(Replies.text(from.call("GET", "foo"))).isEqualTo("MOVED 12182 127.0.0.1:" + outside[1]);
        for (String view : new String[] {"SLOTS", "SHARDS"}) {
            assertThat(from.call("CLUSTER", view).toString()).doesNotContain("inside");
        }
        assertThat(Replies.text(from.call("CLUSTER", "NODES"))).doesNotContain("inside");
        assertThat(opened(RespConnection.to(replicas)).call("CLUSTER", "SLOTS").toString())
                .doesNotContain("inside");
        RespConnection near = opened(RespConnection.to(inside[0]));
        assertThat(Replies.text(near.call("GET", "foo"))).isEqualTo("MOVED 12182 " + INSIDE.formatted(1));

        tell(outside[0], 4242);
        first.followOutsideAddresses();
        assertThat(Replies.text(from.call("GET", "foo"))).isEqualTo("MOVED 12182 127.0.0.1:4242");
        Files.writeString(directory.resolve("addresses"), "nonsense");
        first.followOutsideAddresses();
        assertThat(Replies.text(from.call("GET", "foo")))
                .as("a mistake changes nothing")
                .isEqualTo("MOVED 12182 127.0.0.1:4242");
    }
}
