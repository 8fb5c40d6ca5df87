package io.undermoon.dev.imports.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.testing.RedisProcess;
import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** What the scripts of an import do in a real server. */
class SlotScriptsIT {
    private static final ImportKeys KEYS = new ImportKeys("test");
    private static final int SLOT = Slot.of("k");

    @TempDir
    private Path directory;

    private RedisProcess server;
    private Jedis redis;

    @BeforeEach
    void start() {
        server = RedisProcess.start(directory);
        redis = server.client();
    }

    @AfterEach
    void stop() {
        redis.close();
        server.close();
    }

    @Test
    void a_batch_is_executed_once_and_what_comes_late_not_at_all() {
        Marker first = taken(1);
        SlotBatch one = batch(first, "1");
        SlotBatch two = batch(one.after(), "2");
        assertThat(call(SlotScripts.write(KEYS, one, false))).isEqualTo(SlotScripts.DONE);
        redis.set("k", "changed since");
        assertThat(call(SlotScripts.write(KEYS, one, false)))
                .as("its reply was lost")
                .isEqualTo(SlotScripts.DONE);
        assertThat(redis.get("k")).isEqualTo("changed since");
        assertThat(call(SlotScripts.write(KEYS, two, false))).isEqualTo(SlotScripts.DONE);
        assertThat(redis.get("k")).isEqualTo("2");
        assertThat(call(SlotScripts.write(KEYS, one, false))).isEqualTo(SlotScripts.OTHER + two.after());
        assertThat(redis.get("k")).isEqualTo("2");
    }

    @Test
    void a_later_attempt_keeps_the_checkpoint_and_shuts_the_former_out() {
        Marker first = taken(1);
        SlotBatch batch = new SlotBatch(SLOT, first, first.next(7), List.of());
        assertThat(call(SlotScripts.write(KEYS, batch, false))).isEqualTo(SlotScripts.DONE);
        assertThat(taken(2)).isEqualTo(new Marker(2, 7, 0));
        assertThat(call(SlotScripts.write(KEYS, batch(batch.after(), "late"), false)))
                .isEqualTo(SlotScripts.OTHER + "2:7:0");
        assertThat(redis.exists("k")).isFalse();
        assertThat(call(SlotScripts.take(KEYS, SLOT, 1))).isEqualTo(SlotScripts.OTHER + "2:7:0");
    }

    @Test
    void a_slot_that_has_lost_its_marker_takes_nothing() {
        Marker first = taken(1);
        redis.flushAll();
        assertThat(call(SlotScripts.write(KEYS, batch(first, "1"), false))).isEqualTo(SlotScripts.OTHER + "none");
        assertThat(redis.exists("k")).isFalse();
    }

    @Test
    void keys_go_and_what_is_no_value_is_named() {
        redis.set("k", "1");
        Marker first = taken(1);
        SlotBatch gone = new SlotBatch(SLOT, first, first.next(0), List.of(entry(new byte[0])));
        assertThat(call(SlotScripts.write(KEYS, gone, false))).isEqualTo(SlotScripts.DONE);
        assertThat(redis.exists("k")).isFalse();
        SlotBatch wrong = new SlotBatch(SLOT, gone.after(), gone.after().next(0), List.of(entry(new byte[] {1, 2, 3})));
        assertThat(call(SlotScripts.write(KEYS, wrong, false))).contains(SlotScripts.NOT_TAKEN + "0 ");
        assertThat(redis.get(KEYS.marker(SLOT))).isEqualTo(gone.after().toString());
    }

    private Marker taken(long attempt) {
        return Marker.parse(call(SlotScripts.take(KEYS, SLOT, attempt)));
    }

    /** Has the key get a value. */
    private SlotBatch batch(Marker before, String value) {
        redis.set("other", value);
        return new SlotBatch(SLOT, before, before.next(before.checkpoint()), List.of(entry(redis.dump("other"))));
    }

    private static SlotBatch.Entry entry(byte[] dump) {
        return new SlotBatch.Entry("k".getBytes(StandardCharsets.UTF_8), 0, dump);
    }

    private String call(Command command) {
        List<byte[]> words = command.arguments();
        Object reply;
        try {
            reply = redis.sendCommand(
                    () -> words.get(0), words.subList(1, words.size()).toArray(byte[][]::new));
        } catch (redis.clients.jedis.exceptions.JedisDataException e) {
            return String.valueOf(e.getMessage());
        }
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }
}
