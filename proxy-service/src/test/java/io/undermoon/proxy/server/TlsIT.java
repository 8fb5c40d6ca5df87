package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RedisCli;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;

/** Whole proxies with TLS on every side that is tried, against real servers. */
class TlsIT extends OpensResources {
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    /** In the words of Redis and of Valkey. */
    private static final Pattern BUILT_WITHOUT_TLS =
            Pattern.compile("'tls-port .*'\\s+Bad directive|finding TLS support");

    private static TestAuthority authority;
    private static TestAuthority.Identity node;
    private static TestAuthority.Identity elsewhere;
    private static TestAuthority stranger;
    private static SSLContext client;
    private static SSLContext anonymous;

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = new TestAuthority(directory, "ours");
        node = authority.issue("node");
        elsewhere = authority.issue("elsewhere", "RSA", "san=dns:elsewhere.example");
        stranger = new TestAuthority(directory, "stranger");
        client = context(authority.issue("client"), authority);
        anonymous = context(null, authority);
    }

    private static SSLContext context(TestAuthority.Identity own, TestAuthority trusted) throws Exception {
        TlsFiles files = own == null
                ? new TlsFiles(null, null, trusted.authorities())
                : new TlsFiles(own.certificate(), own.key(), trusted.authorities());
        return new TlsContext(files, true).current();
    }

    private static List<String> files(TestAuthority.Identity own) {
        return List.of(
                "tls.cert_file", own.certificate().toString(),
                "tls.key_file", own.key().toString(),
                "tls.ca_cert_file", authority.authorities().toString());
    }

    private ProxyServer start(List<String> files, String... more) {
        List<String> values = new ArrayList<>(List.of("thread_number", "1"));
        values.addAll(files);
        values.addAll(List.of(more));
        ProxyServer server = opened(new ProxyServer(Configs.onOnePort(values.toArray(String[]::new)), () -> {}));
        server.start();
        return server;
    }

    private static String local(int port) {
        return "127.0.0.1:" + port;
    }

    /** A server with a plain port and one for TLS that asks for certificates. */
    private RedisServerProcess redisWithTls(int tlsPort, String... more) {
        List<String> options = new ArrayList<>(List.of(
                "--tls-port", Integer.toString(tlsPort),
                "--tls-cert-file", node.certificate().toString(),
                "--tls-key-file", node.key().toString(),
                "--tls-ca-cert-file", authority.authorities().toString()));
        options.addAll(List.of(more));
        try {
            return opened(RedisServerProcess.start(options.toArray(String[]::new)));
        } catch (IllegalStateException e) {
            assumeFalse(BUILT_WITHOUT_TLS.matcher(e.getMessage()).find(), e.getMessage());
            throw e;
        }
    }

    private static void serve(RespConnection proxy, String... slots) {
        List<String> command = new ArrayList<>(List.of("UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo"));
        command.addAll(List.of(slots));
        assertThat(proxy.call(command.toArray(String[]::new))).isEqualTo(OK);
    }

    @Test
    void speaks_tls_with_clients_and_redis_whatever_the_size() throws Exception {
        int redisPort = FreePort.any();
        redisWithTls(redisPort);
        int port = FreePort.any();
        start(
                files(node),
                "address",
                local(port),
                "tls.address",
                local(port),
                "tls.peers",
                "true",
                "tls.redis",
                "true");
        RespConnection connection = opened(RespConnection.to(port, client));
        serve(connection, local(redisPort), "1", "0-16383");
        try (Jedis jedis = new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder()
                        .ssl(true)
                        .sslSocketFactory(client.getSocketFactory())
                        .timeoutMillis(30_000)
                        .build())) {
            for (int size : new int[] {0, 1, 15_000, 16_384, 70_000, 5_000_000}) {
                byte[] value = new byte[size];
                java.util.Arrays.fill(value, (byte) size);
                jedis.set("key".getBytes(StandardCharsets.UTF_8), value);
                assertThat(jedis.get("key".getBytes(StandardCharsets.UTF_8))).isEqualTo(value);
            }
            var pipeline = jedis.pipelined();
            for (int i = 0; i < 10_000; i++) {
                pipeline.incr("counter");
            }
            assertThat(pipeline.syncAndReturnAll()).hasSize(10_000).last().isEqualTo(10_000L);
            assertThat(jedis.blpop(0.1, "nothing")).isNull();
        }
        // Two clients with a TLS stack of their own: Netty's, and OpenSSL where redis-cli is installed.
        assertThat(overLettuce(port)).isEqualTo("v");
        if (RedisCli.isInstalled()) {
            String authorities = authority.authorities().toString();
            assertThat(RedisCli.run("-p", Integer.toString(port), "--tls", "--cacert", authorities, "GET", "lettuce"))
                    .isEqualTo("v\n");
        }
    }

    private static String overLettuce(int port) {
        RedisClient lettuce = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withSsl(true)
                .build());
        lettuce.setOptions(ClientOptions.builder()
                .sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .trustManager(authority.authorities().toFile())
                        .build())
                .build());
        try (StatefulRedisConnection<String, String> connection = lettuce.connect()) {
            connection.sync().set("lettuce", "v");
            return connection.sync().get("lettuce");
        } finally {
            lettuce.shutdown();
        }
    }

    @Test
    void names_the_port_that_fits_the_client() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        int plain = FreePort.any();
        int tls = FreePort.any();
        start(files(node), "address", local(plain), "tls.address", local(tls));
        int offset = tls - plain;
        int peer = offset > 0 ? 20_000 : 60_000;
        RespConnection withTls = opened(RespConnection.to(tls, client));
        RespConnection without = opened(RespConnection.to(plain));
        serve(without, redis.address(), "1", "0-8000", "PEER", local(peer), "1", "8001-16383");

        assertThat(Replies.text(without.call("GET", "foo"))).isEqualTo("MOVED 12182 " + local(peer));
        assertThat(Replies.text(withTls.call("GET", "foo"))).isEqualTo("MOVED 12182 " + local(peer + offset));
        assertThat(without.call("CLUSTER", "SLOTS").toString())
                .contains("value=" + plain)
                .contains("value=" + peer);
        assertThat(withTls.call("CLUSTER", "SLOTS").toString())
                .contains("value=" + tls)
                .contains("value=" + (peer + offset));
        assertThat(Replies.text(withTls.call("CLUSTER", "NODES"))).contains(local(tls) + "@");
        assertThat(without.call("CLUSTER", "SHARDS").toString())
                .contains("tls-port")
                .contains("value=" + tls)
                .contains("value=" + plain);
    }

    @Test
    void speaks_tls_with_clients_of_its_replicas() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        int port = FreePort.any();
        int replica = FreePort.any();
        List<String> addresses = List.of("address", local(port), "tls.address", local(port), "tls.peers", "true");
        List<String> values = new ArrayList<>(files(node));
        values.addAll(addresses);
        start(values, "replica_port", String.valueOf(replica));
        RespConnection main = opened(RespConnection.to(port, client));
        RespConnection connection = opened(RespConnection.to(replica, client));
        serve(main, "PEER", local(5299), "1", "0-16383", "REPLICA", redis.address(), local(replica), "1", "0-16383");

        assertThat(Replies.text(connection.call("GET", "foo"))).isEqualTo("MOVED 12182 " + local(5299));
        assertThat(Replies.text(connection.call("CLUSTER", "NODES"))).contains(local(replica) + "@5299 myself,slave ");
    }

    @Test
    void carries_commands_out_at_peers_with_tls_for_cluster_clients_and_others() {
        RedisServerProcess one = opened(RedisServerProcess.start());
        RedisServerProcess two = opened(RedisServerProcess.start());
        int first = FreePort.any();
        int second = FreePort.any();
        String[] ports = {local(first), local(second)};
        for (String address : ports) {
            start(
                    files(node),
                    "address",
                    address,
                    "tls.address",
                    address,
                    "tls.peers",
                    "true",
                    "active_redirection",
                    "true");
        }
        RespConnection connection = opened(RespConnection.to(first, client));
        serve(connection, one.address(), "1", "0-8000", "PEER", ports[1], "1", "8001-16383");
        serve(
                opened(RespConnection.to(second, client)),
                two.address(),
                "1",
                "8001-16383",
                "PEER",
                ports[0],
                "1",
                "0-8000");
        assertThat(connection.call("SET", "foo", "bar")).isEqualTo(OK);
        assertThat(Replies.text(opened(two.connect()).call("GET", "foo"))).isEqualTo("bar");
        assertThat(connection.call("MSET", "a", "1", "b", "2", "c", "3", "d", "4"))
                .isEqualTo(OK);
        try (JedisCluster cluster = new JedisCluster(
                java.util.Set.of(new HostAndPort("127.0.0.1", first)),
                DefaultJedisClientConfig.builder()
                        .ssl(true)
                        .sslSocketFactory(client.getSocketFactory())
                        .build())) {
            assertThat(cluster.get("foo")).isEqualTo("bar");
            assertThat(cluster.get("a")).isEqualTo("1");
        }
    }

    @Test
    void asks_for_certificates_when_told_to() throws Exception {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        int port = FreePort.any();
        ProxyServer server = start(
                files(node),
                "address",
                local(port),
                "tls.address",
                local(port),
                "tls.peers",
                "true",
                "tls.auth_clients",
                "yes");
        serve(opened(RespConnection.to(port, client)), redis.address(), "1", "0-16383");

        SSLContext strange = context(stranger.issue("strange"), authority);
        for (SSLContext refused : List.of(anonymous, strange)) {
            RespConnection connection = opened(RespConnection.to(port, refused));
            assertThatThrownBy(() -> connection.call("PING")).isInstanceOf(UncheckedIOException.class);
        }
        RespConnection plain = opened(RespConnection.to(port));
        assertThatThrownBy(() -> plain.call("PING")).isInstanceOf(UncheckedIOException.class);
        await().atMost(LIMIT).until(() -> server.stats().get(Counter.TLS_FAILURES) >= 3);
        await().atMost(LIMIT).until(() -> server.stats().get(Counter.CONNECTIONS_OPEN) == 1);
    }

    @Test
    void new_connections_use_changed_files_and_old_ones_stay() throws Exception {
        Path certificate = directory.resolve("live.pem");
        Path key = directory.resolve("live.key");
        Files.copy(node.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(node.key(), key, StandardCopyOption.REPLACE_EXISTING);
        int port = FreePort.any();
        ProxyServer server = start(
                files(new TestAuthority.Identity(certificate, key)),
                "address",
                local(port),
                "tls.address",
                local(port),
                "tls.peers",
                "true");
        RespConnection before = opened(RespConnection.to(port, client));
        assertThat(Replies.text(before.call("PING"))).isEqualTo("PONG");
        assertThat(subject(port)).isEqualTo("CN=node");

        Files.writeString(certificate, "broken");
        server.followTlsFiles();
        assertThat(server.tls().problem()).isNotNull();
        assertThat(subject(port)).isEqualTo("CN=node");

        Files.copy(elsewhere.key(), key, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(elsewhere.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        server.followTlsFiles();
        assertThat(server.tls().reloads()).isEqualTo(1);
        assertThat(server.tls().problem()).isNull();
        assertThat(subject(port)).isEqualTo("CN=elsewhere");
        assertThat(Replies.text(before.call("PING"))).isEqualTo("PONG");
    }

    private static String subject(int port) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) context(null, authority).getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @Test
    void says_why_a_redis_node_cannot_be_reached() {
        int tlsPort = FreePort.any();
        RedisServerProcess redis = redisWithTls(
                tlsPort,
                "--tls-cert-file",
                elsewhere.certificate().toString(),
                "--tls-key-file",
                elsewhere.key().toString());
        assertReason(authority, local(tlsPort), "certificate is not accepted: No subject alternative names");
        assertReason(stranger, local(tlsPort), "certificate is not accepted: unable to find valid certification path");
        assertReason(authority, redis.address(), "is TLS spoken there?");

        int noCertificate = FreePort.any();
        start(
                List.of(),
                "address",
                local(noCertificate),
                "tls.redis",
                "true",
                "tls.verify_hostname",
                "false",
                "tls.ca_cert_file",
                authority.authorities().toString());
        RespConnection refused = opened(RespConnection.to(noCertificate));
        serve(refused, local(tlsPort), "1", "0-16383");
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(Replies.text(refused.call("GET", "k"))).contains("certificate_required"));

        int port = FreePort.any();
        start(files(node), "address", local(port), "tls.redis", "true", "tls.verify_hostname", "false");
        RespConnection connection = opened(RespConnection.to(port));
        serve(connection, local(tlsPort), "1", "0-16383");
        assertThat(connection.call("SET", "k", "v")).isEqualTo(OK);
    }

    private void assertReason(TestAuthority trusted, String redis, String reason) {
        int port = FreePort.any();
        start(
                List.of(),
                "address",
                local(port),
                "tls.redis",
                "true",
                "tls.ca_cert_file",
                trusted.authorities().toString());
        RespConnection connection = opened(RespConnection.to(port));
        serve(connection, redis, "1", "0-16383");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Replies.text(connection.call("GET", "k")))
                        .startsWith("CLUSTERDOWN node " + redis)
                        .contains(reason)
                        .contains("nothing was executed"));
    }
}
