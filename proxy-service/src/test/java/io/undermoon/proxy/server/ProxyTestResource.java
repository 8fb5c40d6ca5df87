package io.undermoon.proxy.server;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.undermoon.proxy.testing.BrokerDouble;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Two Redis nodes, an empty file of users, a broker that is not there yet, and a free port for the proxy. */
public final class ProxyTestResource implements QuarkusTestResourceLifecycleManager {
    private RedisServerProcess one;
    private RedisServerProcess two;

    private Path users;

    @Override
    public Map<String, String> start() {
        try {
            users = Files.createTempFile("users", ".acl");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        one = RedisServerProcess.start();
        two = RedisServerProcess.start();
        int brokerPort;
        try (BrokerDouble broker = new BrokerDouble(0)) {
            brokerPort = broker.port();
        }
        return Map.of(
                "undermoon.users_file",
                users.toString(),
                "undermoon.users_file_interval",
                "1s",
                "undermoon.address",
                "127.0.0.1:" + FreePort.any(),
                "undermoon.replica_port",
                String.valueOf(FreePort.any()),
                "undermoon.node_addresses",
                one.address() + "," + two.address(),
                "undermoon.broker_address",
                "127.0.0.1:" + brokerPort,
                "undermoon.registration_interval",
                "200ms",
                "undermoon.replication_check_interval",
                "200ms",
                "undermoon.session_timeout",
                "5000",
                "undermoon.thread_number",
                "2");
    }

    @Override
    public void stop() {
        if (one != null) {
            one.close();
        }
        if (two != null) {
            two.close();
        }
    }
}
