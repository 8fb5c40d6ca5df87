package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.ScriptedRedis;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CommandLearningIT {
    @Test
    void commands_of_modules_work_once_a_node_has_them() {
        AtomicBoolean hasModule = new AtomicBoolean();
        int port = FreePort.any();
        try (ScriptedRedis node = new ScriptedRedis(command -> answer(command, hasModule.get()));
                ProxyServer server = new ProxyServer(
                        Configs.onOnePort(
                                "address",
                                "127.0.0.1:" + port,
                                "thread_number",
                                "2",
                                "replication_check_interval",
                                "50ms"),
                        () -> {})) {
            server.start();
            try (RespConnection client = RespConnection.to(port);
                    RespConnection inTransaction = RespConnection.to(port)) {
                client.call("UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", node.address(), "1", "0-16383");
                assertThat(text(client.call("JSON.GET", "doc"))).startsWith("ERR unknown command 'JSON.GET'");
                long count = ((RespValue.Int) client.call("COMMAND", "COUNT")).value();

                assertThat(text(inTransaction.call("MULTI"))).isEqualTo("OK");
                assertThat(text(inTransaction.call("GET", "doc"))).isEqualTo("QUEUED");

                hasModule.set(true);
                await().atMost(30, TimeUnit.SECONDS)
                        .until(() -> text(client.call("JSON.GET", "doc")).equals("from the module"));

                assertThat(client.call("COMMAND", "COUNT")).isEqualTo(new RespValue.Int(count + 3));
                assertThat(text(client.call("COMMAND", "INFO", "json.get"))).contains("json.get", "module");
                assertThat(text(client.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "json*")))
                        .contains("json.get", "json.purge");
                assertThat(text(client.call("JSON.GET"))).startsWith("ERR wrong number of arguments");
                assertThat(text(client.call("JSON.FAR", "doc")))
                        .as("where the keys are is not guessed")
                        .startsWith("ERR syntax error");
                assertThat(text(inTransaction.call("EXEC")))
                        .as("the rules are the same")
                        .isEqualTo("from the module");
                assertThat(text(client.call("JSON.PURGE", "doc"))).contains("not allowed through the proxy");
                assertThat(text(client.call("INFO", "commandstats"))).contains("cmdstat_json.get:calls=");
                client.call("CONFIG", "RESETSTAT");
            }
        }
    }

    /** Redisson asks for them, and then has its scripts publish to them. */
    @Test
    void where_the_node_has_no_shard_channels_the_proxy_has_no_reports_of_them() {
        int port = FreePort.any();
        try (RedisServerProcess node = RedisServerProcess.startWithout("SSUBSCRIBE");
                ProxyServer server = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "replication_check_interval", "50ms"),
                        () -> {})) {
            server.start();
            try (RespConnection client = RespConnection.to(port)) {
                client.call("UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", node.address(), "1", "0-16383");
                for (String report : List.of("SHARDNUMSUB", "SHARDCHANNELS")) {
                    await().atMost(30, TimeUnit.SECONDS)
                            .until(() -> text(client.call("PUBSUB", report))
                                    .equals("ERR Unknown subcommand or wrong number of arguments for '" + report
                                            + "'. Try PUBSUB HELP."));
                }
                assertThat(client.call("PUBSUB", "NUMSUB")).isEqualTo(new RespValue.Array(List.of()));
            }
        }
    }

    private static RespValue answer(List<String> command, boolean hasModule) {
        if (command.equals(List.of("COMMAND", "COUNT"))) {
            return new RespValue.Int(hasModule ? 4 : 1);
        }
        if (command.equals(List.of("COMMAND"))) {
            RespValue get = detail("get", "readonly", 1);
            return new RespValue.Array(
                    hasModule
                            ? List.of(
                                    get,
                                    detail("json.get", "module", 1),
                                    detail("json.far", "module", 3),
                                    detail("json.purge", "admin", 1))
                            : List.of(get));
        }
        return new RespValue.Bulk("from the module");
    }

    private static RespValue detail(String name, String flag, int key) {
        return new RespValue.Array(List.of(
                new RespValue.Bulk(name),
                new RespValue.Int(-2),
                new RespValue.Array(List.of(new RespValue.Simple(flag))),
                new RespValue.Int(key),
                new RespValue.Int(key),
                new RespValue.Int(1)));
    }
}
