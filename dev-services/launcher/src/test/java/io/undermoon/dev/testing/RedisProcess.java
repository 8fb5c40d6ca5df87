package io.undermoon.dev.testing;

import static org.awaitility.Awaitility.await;

import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RedisBinary;
import io.undermoon.testsupport.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** One Redis server that belongs to no installation. */
public final class RedisProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LOADING = Duration.ofSeconds(120);

    private final int port;
    private final Supplier<ProcessIdentity> start;
    private ProcessIdentity process;

    private RedisProcess(int port, Supplier<ProcessIdentity> start) {
        this.port = port;
        this.start = start;
        this.process = start.get();
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> answers());
    }

    /** @param options in the form of the command line */
    public static RedisProcess start(Path directory, String... options) {
        int port = FreePort.any();
        List<String> command = new ArrayList<>(List.of(RedisBinary.any().toString(), "--bind", "127.0.0.1"));
        command.addAll(List.of("--port", String.valueOf(port), "--save", "", "--appendonly", "no", "--logfile", ""));
        command.addAll(List.of("--repl-diskless-sync-delay", "0"));
        command.addAll(List.of(options));
        ServiceSpec service = new ServiceSpec(
                "redis-" + port, ServiceKind.REDIS, command, List.of(), new Readiness(Readiness.Check.PING, port));
        return new RedisProcess(
                port, () -> ServiceStarter.start(service, directory, directory.resolve(service.name() + ".log")));
    }

    /** The options of one that listens with TLS, too, and asks clients for no certificate. */
    public static String[] tls(int port, TestAuthority authority, TestAuthority.Identity identity) {
        return new String[] {
            "--tls-port",
            String.valueOf(port),
            "--tls-cert-file",
            identity.certificate().toString(),
            "--tls-key-file",
            identity.key().toString(),
            "--tls-ca-cert-file",
            authority.authorities().toString(),
            "--tls-auth-clients",
            "no"
        };
    }

    /** One that has after a restart what it had, or nearly so. */
    public static RedisProcess startDurable(Path directory, String... options) throws IOException {
        Path own = Files.createTempDirectory(directory, "redis");
        List<String> all = new ArrayList<>(List.of("--dir", own.toString(), "--appendonly", "yes"));
        all.addAll(List.of("--auto-aof-rewrite-min-size", "1gb"));
        all.addAll(List.of(options));
        return start(directory, all.toArray(String[]::new));
    }

    /** Kills it and starts it again at the same port. */
    public void killAndStart() {
        close();
        await("it has ended").atMost(TIMEOUT).until(() -> !LiveProcesses.isRunning(process));
        // A child that was forked for a snapshot has it a moment longer.
        await("its port is free").atMost(TIMEOUT).until(() -> Ports.isFree(port));
        process = start.get();
        await("it answers").atMost(LOADING).ignoreExceptions().until(() -> answers());
    }

    /** A sentinel alone, that takes a master for lost after half a second. */
    public static RedisProcess startSentinel(Path directory, String name, int masterPort) throws IOException {
        int port = FreePort.any();
        Path configuration = Files.writeString(
                directory.resolve("sentinel-" + port + ".conf"),
                String.join(
                        "\n",
                        "port " + port,
                        "bind 127.0.0.1",
                        "sentinel monitor " + name + " 127.0.0.1 " + masterPort + " 1",
                        "sentinel down-after-milliseconds " + name + " 500",
                        "sentinel failover-timeout " + name + " 2000",
                        ""));
        ServiceSpec service = new ServiceSpec(
                "sentinel-" + port,
                ServiceKind.REDIS,
                List.of(RedisBinary.any().toString(), configuration.toString(), "--sentinel"),
                List.of(),
                new Readiness(Readiness.Check.PING, port));
        return new RedisProcess(
                port, () -> ServiceStarter.start(service, directory, directory.resolve(service.name() + ".log")));
    }

    private boolean answers() {
        try (Jedis jedis = client()) {
            return jedis.ping().equals("PONG");
        } catch (JedisDataException e) {
            // Else it wants a password.
            return !String.valueOf(e.getMessage()).startsWith("LOADING");
        }
    }

    public int port() {
        return port;
    }

    public Jedis client() {
        return new Jedis("127.0.0.1", port);
    }

    @Override
    public void close() {
        LiveProcesses.kill(process);
    }
}
