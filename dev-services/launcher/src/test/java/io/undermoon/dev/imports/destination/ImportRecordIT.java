package io.undermoon.dev.imports.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.imports.destination.ImportRecord.TakenOverException;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.testing.RedisProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Who may write into the record of an import. */
class ImportRecordIT {
    private static final ImportKeys KEYS = new ImportKeys("test");

    @TempDir
    private Path directory;

    private RedisProcess server;
    private Jedis redis;
    private ImportRecord record;

    @BeforeEach
    void start() throws IOException {
        server = RedisProcess.start(directory);
        redis = server.client();
        Access access = new Access(null, null, null, Duration.ofSeconds(5));
        record = new ImportRecord(Target.discover(ServerUri.parse("--to", "127.0.0.1:" + server.port()), access), KEYS);
    }

    @AfterEach
    void stop() {
        redis.close();
        server.close();
    }

    @Test
    void a_later_attempt_shuts_the_former_out() throws IOException {
        record.begin(0, 5, Map.of("who", "a"));
        assertThat(record.update(5, Map.of("state", "copying"))).isEmpty();
        record.begin(5, 9, Map.of("who", "b"));
        assertThatThrownBy(() -> record.update(5, Map.of("state", "following")))
                .isInstanceOf(TakenOverException.class)
                .hasMessageContaining("attempt 9");
        assertThatThrownBy(() -> record.begin(5, 7, Map.of())).isInstanceOf(TakenOverException.class);
        assertThat(record.read()).containsEntry("state", "copying").containsEntry("who", "b");
    }

    @Test
    void a_record_that_has_lost_an_attempt_is_not_taken_for_that_of_another_process() throws IOException {
        record.begin(0, 5, Map.of());
        record.begin(5, 9, Map.of());
        redis.hset(KEYS.record(), "attempt", "5");
        assertLost(() -> record.update(9, Map.of()));
        assertLost(() -> record.begin(9, 12, Map.of()));
        redis.del(KEYS.record());
        assertLost(() -> record.update(9, Map.of()));
        assertLost(() -> record.begin(9, 12, Map.of()));
        assertThat(record.read()).isEmpty();
    }

    private static void assertLost(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(TakenOverException.class)
                .hasMessageContaining("the destination has lost something");
    }

    @Test
    void to_begin_twice_because_a_reply_was_lost_is_to_begin_once() throws IOException {
        record.begin(0, 5, Map.of("who", "a"));
        record.begin(0, 5, Map.of("who", "a"));
        assertThat(record.read()).containsEntry("attempt", "5");
    }

    @Test
    void a_request_is_taken_back_unless_it_is_carried_out() throws IOException {
        record.begin(0, 5, Map.of());
        record.request("id and more");
        assertThat(record.update(5, Map.of(ImportRecord.WAITING, "id the full copy")))
                .isEqualTo("id and more");
        assertThat(record.withdraw("id", "id and more")).isTrue();
        assertThat(record.read()).doesNotContainKeys(ImportRecord.REQUEST, ImportRecord.WAITING);
        record.request("id and more");
        record.update(5, Map.of(ImportRecord.WAITING, "id " + ImportRecord.STARTED));
        assertThat(record.withdraw("id", "id and more")).isFalse();
        assertThat(record.read()).containsEntry(ImportRecord.REQUEST, "id and more");
    }
}
