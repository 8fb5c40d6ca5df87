package io.undermoon.dev.plan;

import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.dev.plan.ServiceSpec.Readiness.Check;
import java.util.List;

/**
 * The two processes of a benchmark: a Redis that stores nothing on disk, and a proxy in front of it that asks no
 * broker.
 *
 * @param threads event loops of the proxy
 */
public record BenchPlan(int redisPort, int proxyPort, int proxyHttpPort, int threads) {
    private static final String HOST = "127.0.0.1";

    public BenchPlan {
        if (threads < 1) {
            throw new UsageException("--threads " + threads + " is less than 1");
        }
    }

    public ServiceSpec redis(Installation installation) {
        List<String> command = List.of(
                installation.redisServer().toString(),
                "--bind",
                HOST,
                "--port",
                String.valueOf(redisPort),
                "--appendonly",
                "no",
                "--save",
                "",
                "--daemonize",
                "no",
                "--logfile",
                "");
        return new ServiceSpec(
                "redis-server",
                ServiceKind.REDIS,
                command,
                List.of(new Listener(redisPort, "RESP")),
                new Readiness(Check.PING, redisPort));
    }

    public ServiceSpec proxy(Installation installation) {
        List<String> command = JavaCommand.proxy(installation.java(), installation.serviceJar("proxy-service"))
                .with("undermoon.address", proxyAddress())
                .with("undermoon.announce_address", proxyAddress())
                .with("undermoon.replica_port", 0)
                .with("undermoon.thread_number", threads)
                .with("quarkus.http.host", HOST)
                .with("quarkus.http.port", proxyHttpPort)
                .build();
        return new ServiceSpec(
                "proxy",
                ServiceKind.PROXY,
                command,
                List.of(new Listener(proxyPort, "RESP"), new Listener(proxyHttpPort, "HTTP")),
                new Readiness(Check.PING, proxyPort));
    }

    public String redisAddress() {
        return HOST + ":" + redisPort;
    }

    public String proxyAddress() {
        return HOST + ":" + proxyPort;
    }
}
