package io.undermoon.umctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.undermoon.metadata.MigrationTask;
import io.undermoon.testing.RandomMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What is printed is read back; what is damaged is refused in one way only. */
class UmctlPropertyTest {
    private static final int ROUNDS = 1000;
    private static final int DAMAGES = 20;
    private static final String[] JUNK = {
        "",
        "0",
        "1",
        "2",
        "-1",
        "65536",
        "9999999999999999999",
        "PEER",
        "CONFIG",
        "REPLICA",
        "MIGRATING",
        "IMPORTING",
        "0-1",
        "5-",
        "-5",
        "-",
        "1-99999",
        "a-b",
        "0-1-2",
        "h:1",
        "h:",
        "[::]:1",
        "mydb",
        "v2",
        "COMPRESS",
        "FORCE,COMPRESS",
        "master",
        "replica",
        "\u0000",
        "ä",
        "migration_scan_count",
        "H4sIAAAAAAAA"
    };

    @Test
    void a_message_is_read_as_it_was_printed() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            RandomMetadata metadata = new RandomMetadata(seed);
            SetCluster cluster = metadata.setCluster();
            assertThat(SetCluster.parse(tail(cluster.toCommand())))
                    .as("seed %d", seed)
                    .isEqualTo(cluster);
            assertThat(SetCluster.parse(tail(cluster.toCompressedCommand())))
                    .as("seed %d", seed)
                    .isEqualTo(cluster);
            SetRepl repl = metadata.setRepl();
            assertThat(SetRepl.parse(tail(repl.toCommand())))
                    .as("seed %d", seed)
                    .isEqualTo(repl);
            SetMeta both = new SetMeta(repl, cluster);
            assertThat(SetMeta.parse(tail(both.toCommand(seed % 2 == 0))))
                    .as("seed %d", seed)
                    .isEqualTo(both);
            MigrationTask task = metadata.migrationTask();
            assertThat(FinishedMigration.parse(FinishedMigration.print(task)))
                    .as("seed %d", seed)
                    .isEqualTo(task);
            for (Handshake.Step step : Handshake.Step.values()) {
                Handshake handshake = new Handshake(step, "mgr-1.0", task);
                List<String> command = handshake.toCommand();
                assertThat(Handshake.parse(command.get(1), tail(command)))
                        .as("seed %d", seed)
                        .isEqualTo(handshake);
            }
            MigrationProgress progress = metadata.migrationProgress();
            assertThat(MigrationProgress.parse(progress.toReply()))
                    .as("seed %d", seed)
                    .isEqualTo(progress);
        }
    }

    @Test
    void damaged_messages_are_refused_by_one_exception() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            RandomMetadata metadata = new RandomMetadata(seed);
            List<String> cluster = tail(metadata.setCluster().toCommand());
            List<String> repl = tail(metadata.setRepl().toCommand());
            List<String> both = tail(new SetMeta(metadata.setRepl(), metadata.setCluster()).toCommand(false));
            String line = FinishedMigration.print(metadata.migrationTask());
            List<String> progress = metadata.migrationProgress().toReply();
            for (int i = 0; i < DAMAGES; i++) {
                SplittableRandom random = metadata.random();
                tolerate(seed, () -> SetCluster.parse(damaged(cluster, random)));
                tolerate(seed, () -> SetRepl.parse(damaged(repl, random)));
                tolerate(seed, () -> SetMeta.parse(damaged(both, random)));
                List<String> words = damaged(List.of(line.split(" ", -1)), random);
                tolerate(seed, () -> FinishedMigration.parse(String.join(" ", words)));
                tolerate(seed, () -> Handshake.parse("precheck", words));
                tolerate(seed, () -> MigrationProgress.parse(damaged(progress, random)));
            }
        }
    }

    @Test
    void damaged_compressed_metadata_is_refused_by_one_exception() throws IOException {
        for (long seed = 0; seed < ROUNDS; seed++) {
            RandomMetadata metadata = new RandomMetadata(seed);
            List<String> command = metadata.setCluster().toCompressedCommand();
            String blob = command.get(command.size() - 1);
            String json = inflated(blob);
            for (int i = 0; i < DAMAGES / 5; i++) {
                SplittableRandom random = metadata.random();
                tolerateBlob(seed, damaged(blob, random));
                tolerateBlob(seed, deflated(damaged(json, random)));
            }
        }
    }

    @Test
    void nulls_and_wrong_types_in_compressed_metadata_are_refused() throws IOException {
        String node = "\"h:1\"";
        for (String json : List.of(
                "null",
                "[]",
                "{}",
                json("{}", "{}", "null"),
                json("null", "{}", "{}"),
                json("{}", "null", "{}"),
                json("{" + node + ":null}", "{}", "{}"),
                json("{" + node + ":[null]}", "{}", "{}"),
                json("{}", "{" + node + ":null}", "{}"),
                json("{}", "{" + node + ":[null]}", "{}"),
                json("{\"h\":[]}", "{}", "{}"),
                json("{}", "{}", "{},\"replica\":[null]"),
                json("{}", "{}", "{\"migration_config\":{\"scan_count\":0}}"),
                "{\"cluster_name\":null,\"local\":{},\"peer\":{},\"cluster_config\":{}}")) {
            assertThatThrownBy(() -> SetCluster.parse(List.of("v2", "1", "COMPRESS", deflated(json))), "%s", json)
                    .isInstanceOf(UmctlSyntaxException.class);
        }
        assertThat(SetCluster.parse(List.of("v2", "1", "COMPRESS", deflated(json("{}", "{}", "{}"))))
                        .local())
                .isEmpty();
    }

    @Test
    void what_inflates_beyond_the_limit_is_refused() throws IOException {
        String blob = deflated(" ".repeat(CompressedJson.MAX_JSON_BYTES + 1));
        assertThat(blob.length()).isLessThan(100_000);
        assertThatThrownBy(() -> SetCluster.parse(List.of("v2", "1", "COMPRESS", blob)))
                .isInstanceOf(UmctlSyntaxException.class)
                .hasMessageContaining("inflates");
    }

    @Test
    void counts_are_bounded_by_what_follows() {
        for (String count : List.of("2147483647", "99999999999", "-1", "3")) {
            assertThatThrownBy(() -> SetCluster.parse(List.of("v2", "1", "NOFLAG", "mydb", "h:1", count, "0-1", "2-3")))
                    .isInstanceOf(UmctlSyntaxException.class);
            assertThatThrownBy(
                            () -> SetRepl.parse(List.of("1", "NOFLAG", "master", "mydb", "h:1", count, "h:2", "h:3")))
                    .isInstanceOf(UmctlSyntaxException.class);
        }
    }

    private static String json(String local, String peer, String config) {
        return "{\"cluster_name\":\"mydb\",\"local\":" + local + ",\"peer\":" + peer + ",\"cluster_config\":" + config
                + "}";
    }

    private static void tolerateBlob(long seed, String blob) {
        tolerate(seed, () -> SetCluster.parse(List.of("v2", "1", "COMPRESS", blob)));
    }

    /** Damage may leave a message legal; what it may not do is to bring out another exception. */
    private static void tolerate(long seed, Runnable parse) {
        try {
            parse.run();
        } catch (UmctlSyntaxException e) {
            assertThat(e.getMessage()).doesNotEndWith("null").isNotBlank();
        } catch (RuntimeException e) {
            fail("seed " + seed, e);
        }
    }

    private static List<String> damaged(List<String> words, SplittableRandom random) {
        List<String> damaged = new ArrayList<>(words);
        for (int i = 1 + random.nextInt(3); i > 0 && !damaged.isEmpty(); i--) {
            int place = random.nextInt(damaged.size());
            switch (random.nextInt(5)) {
                case 0 -> damaged.remove(place);
                case 1 -> damaged.add(place, JUNK[random.nextInt(JUNK.length)]);
                case 2 -> damaged.add(place, damaged.get(random.nextInt(damaged.size())));
                case 3 -> damaged.subList(place, damaged.size()).clear();
                default -> damaged.set(place, JUNK[random.nextInt(JUNK.length)]);
            }
        }
        return damaged;
    }

    private static String damaged(String text, SplittableRandom random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = 1 + random.nextInt(3); i > 0 && !damaged.isEmpty(); i--) {
            int place = random.nextInt(damaged.length());
            switch (random.nextInt(4)) {
                case 0 -> damaged.deleteCharAt(place);
                case 1 -> damaged.setLength(place);
                case 2 -> damaged.insert(place, "null");
                default -> damaged.setCharAt(place, (char) (1 + random.nextInt(0x7e)));
            }
        }
        return damaged.toString();
    }

    private static String deflated(String json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(json.getBytes(StandardCharsets.UTF_8));
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static String inflated(String blob) throws IOException {
        try (GZIPInputStream gzip = new GZIPInputStream(
                new java.io.ByteArrayInputStream(Base64.getDecoder().decode(blob)))) {
            return new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> tail(List<String> command) {
        return command.subList(2, command.size());
    }
}
