package io.undermoon.coordinator.job;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.undermoon.coordinator.testing.HttpBrokerServer;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RespServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A scripted proxy, which is free, and a scripted broker that has metadata for it. */
public class ScriptedBrokerAndProxy implements QuarkusTestResourceLifecycleManager {
    static final AtomicLong WANTED_EPOCH = new AtomicLong(3);
    static final AtomicLong PROXY_EPOCH = new AtomicLong();
    static HttpBrokerServer broker;
    static RespServer proxy;

    @Override
    public Map<String, String> start() {
        try {
            proxy = new RespServer(command -> switch (String.join(" ", command)) {
                case "PING" -> "+PONG\r\n";
                case "UMCTL GETEPOCH" -> ":" + PROXY_EPOCH + "\r\n";
                case "UMCTL NODES", "UMCTL INFOMGR", "UMCTL MIGRATIONS" -> "*0\r\n";
                default -> {
                    if (command.get(1).equals("SETMETA")) {
                        PROXY_EPOCH.set(Long.parseLong(command.get(3)));
                    }
                    yield "+OK\r\n";
                }
            });
            broker = new HttpBrokerServer();
            answerForOneFreeProxy();
            return Map.of(
                    "undermoon.address",
                    "127.0.0.1:" + FreePort.any(),
                    "undermoon.broker_address",
                    broker.address().toString(),
                    "undermoon.reporter_id",
                    "tester",
                    "quarkus.http.test-port",
                    "0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        broker.close();
        proxy.close();
    }

    private static void answerForOneFreeProxy() {
        String address = proxy.address();
        broker.on("GET /api/v3/proxies/failed/addresses", 200, "{\"addresses\":[]}");
        broker.on("GET /api/v3/proxies/addresses?offset=0&limit=2000", 200, "{\"addresses\":[\"" + address + "\"]}");
        broker.on("GET /api/v3/clusters/names?offset=0&limit=2000", 200, "{\"names\":[]}");
        broker.on("GET /api/v3/failures", 200, "{\"addresses\":[]}");
        broker.on("GET /api/v3/epoch", exchange -> send(exchange, WANTED_EPOCH.toString()));
        broker.on(
                "GET /api/v3/proxies/epochs?offset=0&limit=2000",
                exchange -> send(exchange, "{\"epochs\":{\"" + address + "\":" + WANTED_EPOCH + "}}"));
        broker.on(
                "GET /api/v3/proxies/meta/" + address,
                exchange -> send(
                        exchange,
                        "{\"proxy\":{\"cluster_name\":null,\"address\":\"" + address + "\",\"epoch\":" + WANTED_EPOCH
                                + ",\"nodes\":[],\"peers\":[],\"cluster_config\":null}}"));
    }

    private static void send(com.sun.net.httpserver.HttpExchange exchange, String body) throws IOException {
        HttpBrokerServer.send(exchange, 200, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
