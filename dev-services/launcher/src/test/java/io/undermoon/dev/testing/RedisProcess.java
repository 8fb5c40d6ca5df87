package io.undermoon.dev.testing;

import static org.awaitility.Awaitility.await;

import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RedisBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;

/** One Redis server that belongs to no installation. */
public final class RedisProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final int port;
    private final ProcessIdentity process;

    private RedisProcess(int port, ProcessIdentity process) {
        this.port = port;
        this.process = process;
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
        RedisProcess redis = new RedisProcess(
                port, ServiceStarter.start(service, directory, directory.resolve(service.name() + ".log")));
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> redis.answers());
        return redis;
    }

    private boolean answers() {
        try (Jedis jedis = client()) {
            return jedis.ping().equals("PONG");
        } catch (redis.clients.jedis.exceptions.JedisDataException e) {
            // It wants a password.
            return true;
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
