package io.undermoon.dev.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.testing.CheckRun;
import io.undermoon.dev.testing.RedisClusterProcesses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.RestoreParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** The checker against a real cluster: content with it as it is, and not when somebody changes data behind its back. */
class ConsistencyCheckIT {
    private static final int RATE = 4000;
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    private static Path directory;

    private static RedisClusterProcesses cluster;

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = RedisClusterProcesses.start(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    void a_healthy_cluster_passes_on_masters_and_replicas() {
        try (CheckRun run = CheckRun.start(0, false, Duration.ofSeconds(30), cluster.secondMaster())) {
            Verdict verdict = run.awaitCommands(20_000).stopWriting().verify();

            assertThat(verdict.passed()).as(verdict.toString()).isTrue();
            assertThat(verdict.replicas()).isEqualTo(1);
            assertThat(verdict.latencyNanos().getTotalCount()).isGreaterThanOrEqualTo(20_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"counter", "set", "list", "stream", "delete", "register", "transaction", "script", "large"})
    void a_deleted_key_is_found(String workload) {
        try (CheckRun run = start();
                Jedis master = master()) {
            awaitKeys(master, run, workload);
            run.stopWriting();
            String victim = awaitKeys(master, run, workload).iterator().next();
            master.del(victim);

            assertFound(run.verify(), workload, victim, "master");
        }
    }

    @ParameterizedTest
    @CsvSource({"PERSIST, has lost its TTL", "PEXPIRE, ms and not within", "DEL, is gone before its time"})
    void a_changed_time_to_live_is_found(String command, String text) {
        try (CheckRun run = written();
                Jedis master = master()) {
            String victim = keys(master, run, "expiry").stream()
                    .filter(key -> master.pttl(key) > 600_000)
                    .findFirst()
                    .orElseThrow();
            switch (command) {
                case "PERSIST" -> master.persist(victim);
                case "PEXPIRE" -> master.pexpire(victim, 10_000_000);
                default -> master.del(victim);
            }

            Verdict verdict = run.verify();

            assertFound(verdict, "expiry", victim, "master");
            assertThat(verdict.toString()).contains(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"counter", "set", "list", "stream", "register", "transaction", "script"})
    void an_old_value_is_found(String workload) {
        try (CheckRun run = start();
                Jedis master = master()) {
            String victim = awaitKeys(master, run, workload).iterator().next();
            byte[] old = master.dump(victim);
            while (Arrays.equals(old, master.dump(victim))) {
                run.awaitCommands(500);
            }
            run.stopWriting();
            master.restore(victim, 0, old, RestoreParams.restoreParams().replace());

            assertFound(run.verify(), workload, victim, "master");
        }
    }

    @Test
    void a_deleted_key_that_comes_back_is_found() {
        try (CheckRun run = start();
                Jedis master = master()) {
            run.awaitCommands(3000);
            Set<String> before = awaitKeys(master, run, "delete");
            String victim = "";
            while (victim.isEmpty()) {
                run.awaitCommands(1000);
                victim = before.stream()
                        .filter(key -> !master.exists(key))
                        .findFirst()
                        .orElse("");
            }
            run.stopWriting();
            Set<String> after = keys(master, run, "delete");
            victim = before.stream()
                    .filter(key -> !after.contains(key))
                    .findFirst()
                    .orElseThrow();
            master.set(victim, "v0");

            assertFound(run.verify(), "delete", victim, "master");
        }
    }

    @Test
    void what_happens_twice_is_found() {
        try (CheckRun run = written();
                Jedis master = master()) {
            String counter = keys(master, run, "counter").iterator().next();
            String list = keys(master, run, "list").iterator().next();
            String set = keys(master, run, "set").iterator().next();
            master.incr(counter);
            master.rpush(list, master.lindex(list, 0));
            master.sadd(set, "0.stranger");

            Verdict verdict = run.verify();

            assertFound(verdict, "counter", counter, "master");
            assertFound(verdict, "list", list, "master");
            assertFound(verdict, "set", set, "master");
        }
    }

    @Test
    void a_change_is_noticed_while_writing_goes_on() {
        try (CheckRun run = start();
                Jedis master = master()) {
            run.awaitCommands(2000);
            for (String workload : List.of("counter", "list", "transaction", "register")) {
                keys(master, run, workload).forEach(master::del);
            }
            Verdict verdict = run.awaitCommands(5000).stopWriting().verify();

            assertThat(verdict.passed()).isFalse();
            assertThat(verdict.findings().stream().map(Findings.Finding::workload))
                    .contains("counter", "list", "transaction", "register");
        }
    }

    @Test
    void a_replica_that_does_not_follow_is_found() throws IOException {
        try (CheckRun run = start()) {
            run.awaitCommands(1000);
            RedisClusterProcesses.call(cluster.replica(), "CONFIG", "SET", "masterauth", "nobody-asks-for-it");
            RedisClusterProcesses.call(cluster.replica(), "CLIENT", "KILL", "TYPE", "master");
            Verdict verdict = run.awaitCommands(5000).stopWriting().verify();

            assertThat(verdict.passed()).isFalse();
            assertThat(verdict.findings())
                    .isNotEmpty()
                    .allMatch(finding -> finding.where().equals("replica 1"));
        } finally {
            RedisClusterProcesses.call(cluster.replica(), "CONFIG", "SET", "masterauth", "");
        }
    }

    @Test
    void lost_connections_are_errors_and_leave_outcomes_open() throws IOException {
        for (boolean allowed : new boolean[] {false, true}) {
            try (CheckRun run = CheckRun.start(0, allowed, Duration.ofSeconds(30), cluster.firstMaster())) {
                while (run.errors() == 0) {
                    run.awaitCommands(500);
                    RedisClusterProcesses.call(cluster.firstMaster(), "CLIENT", "KILL", "TYPE", "normal");
                }
                Verdict verdict = run.awaitCommands(2000).stopWriting().verify();

                assertThat(verdict.findings()).isEmpty();
                assertThat(verdict.unknown()).isPositive();
                assertThat(verdict.errors().toString()).contains("lost");
                assertThat(verdict.passed()).as(verdict.toString()).isEqualTo(allowed);
            }
        }
    }

    private static CheckRun start() {
        return CheckRun.start(RATE, false, SHORT, cluster.firstMaster());
    }

    private static CheckRun written() {
        return start().awaitCommands(8000).stopWriting();
    }

    private static Jedis master() {
        return new Jedis("127.0.0.1", cluster.firstMaster());
    }

    /** The keys of a workload that are there, on the first master. */
    private static Set<String> keys(Jedis master, CheckRun run, String workload) {
        Set<String> keys = new TreeSet<>();
        ScanParams all = new ScanParams().match(run.prefix() + workload + ":*").count(1000);
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> page = master.scan(cursor, all);
            keys.addAll(page.getResult());
            cursor = page.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        return keys;
    }

    private static Set<String> awaitKeys(Jedis master, CheckRun run, String workload) {
        Set<String> keys = keys(master, run, workload);
        while (keys.isEmpty()) {
            run.awaitCommands(500);
            keys = keys(master, run, workload);
        }
        return keys;
    }

    private static void assertFound(Verdict verdict, String workload, String key, String where) {
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.findings())
                .as(verdict.toString())
                .anyMatch(finding -> finding.workload().equals(workload)
                        && finding.where().equals(where)
                        && sameTag(finding.key(), key));
    }

    /** A pair's finding may name the other key of the slot. */
    private static boolean sameTag(String one, String other) {
        return tag(one).equals(tag(other));
    }

    private static String tag(String key) {
        return key.substring(key.indexOf('{'), key.indexOf('}'));
    }
}
