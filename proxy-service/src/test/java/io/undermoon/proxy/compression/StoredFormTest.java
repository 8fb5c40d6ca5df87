package io.undermoon.proxy.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Values to frames and back, and replies with frames in any pieces. */
class StoredFormTest {
    private static final byte[] MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private final ValueCodec codec = new ValueCodec();

    @Test
    void every_value_reads_as_it_was_written() throws Exception {
        SplittableRandom seeds = new SplittableRandom();
        for (int i = 0; i < 2000; i++) {
            long seed = seeds.nextLong();
            byte[] value = randomValue(new SplittableRandom(seed));
            byte[] stored = stored(value);
            byte[] read = isFrame(stored) ? codec.value(buf(stored), 0, stored.length, Integer.MAX_VALUE) : stored;
            assertThat(read).as("seed %d", seed).isEqualTo(value);
            assertThat(stored.length <= value.length || isFrame(value))
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    private static byte[] randomValue(SplittableRandom random) {
        byte[] value = new byte[random.nextInt(4) == 0 ? random.nextInt(100_000) : random.nextInt(300)];
        boolean compressible = random.nextBoolean();
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (compressible ? random.nextInt(4) : random.nextInt());
        }
        if (random.nextInt(4) == 0) {
            System.arraycopy(MAGIC, 0, value, 0, Math.min(MAGIC.length, value.length));
        }
        return value;
    }

    private byte[] stored(byte[] value) throws Exception {
        byte[] frame = codec.frame(buf(value), 0, value.length, true);
        return frame == null ? value : frame;
    }

    private static boolean isFrame(byte[] bytes) {
        return ValueCodec.isFrame(buf(bytes), 0, bytes.length);
    }

    private static ByteBuf buf(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }

    @Test
    void leaves_plain_what_redis_has_to_understand_and_what_gains_nothing() throws Exception {
        assertThat(isFrame(stored("1".repeat(100).getBytes(StandardCharsets.US_ASCII))))
                .isFalse();
        assertThat(isFrame(stored(("HYLL" + "0".repeat(100)).getBytes(StandardCharsets.US_ASCII))))
                .isFalse();
        assertThat(isFrame(stored(new byte[63]))).isFalse();
        assertThat(isFrame(stored(new byte[64]))).isTrue();
        assertThat(isFrame(stored(new byte[ValueCodec.MAX_COMPRESSED_BYTES + 1])))
                .isFalse();
        assertThat(codec.frame(buf(new byte[500]), 0, 500, false)).isNull();
        assertThat(codec.frame(buf(MAGIC), 0, 4, false)).isNotNull();
    }

    @Test
    void reads_frames_that_do_not_say_their_size_and_refuses_bombs() throws Exception {
        byte[] value = new byte[3_000_000];
        byte[] streamed = streamed(value);
        assertThat(codec.value(buf(streamed), 0, streamed.length, Integer.MAX_VALUE))
                .isEqualTo(value);
        byte[] framed = stored(value);
        for (byte[] bomb : List.of(streamed, framed)) {
            assertThatThrownBy(() -> codec.value(buf(bomb), 0, bomb.length, 2_000_000))
                    .isInstanceOf(ValueCodec.ValueTooLargeException.class)
                    .hasMessageContaining("2000000");
        }
    }

    private static byte[] streamed(byte[] value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(value);
        }
        return out.toByteArray();
    }

    @Test
    void what_only_begins_like_a_frame_is_passed_as_it_is() throws Exception {
        byte[] frame = stored(new byte[1000]);
        for (int length = 4; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThat(codec.value(buf(cut), 0, length, Integer.MAX_VALUE))
                    .as("length %d", length)
                    .isNull();
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 5000; i++) {
            byte[] mutated = frame.clone();
            mutated[4 + random.nextInt(frame.length - 4)] = (byte) random.nextInt();
            try {
                codec.value(buf(mutated), 0, mutated.length, 1 << 20);
            } catch (ValueCodec.ValueTooLargeException e) {
                assertThat(e).hasMessageContaining("1048576");
            }
        }
    }

    @Test
    void replies_get_plain_values_in_whatever_pieces_they_come() throws Exception {
        String frame = latin1(stored(new byte[200]));
        String plain = latin1(new byte[200]);
        assertReply(bulk(frame), bulk(plain), null);
        assertReply(bulk("short"), bulk("short"), null);
        assertReply(bulk(""), bulk(""), null);
        assertReply("$-1\r\n", "$-1\r\n", null);
        assertReply("_\r\n", "_\r\n", null);
        assertReply("-ERR x\r\n", "-ERR x\r\n", null);
        assertReply("+OK\r\n", "+OK\r\n", null);
        assertReply(bulk("x".repeat(500)), bulk("x".repeat(500)), null);
        String mget = "*3\r\n" + bulk(frame) + "$-1\r\n" + bulk("v");
        assertReply(mget, "*3\r\n" + bulk(plain) + "$-1\r\n" + bulk("v"), null);
        BitSet readers = new BitSet();
        readers.set(1);
        readers.set(3);
        assertReply(
                "*4\r\n" + bulk(frame) + bulk(frame) + "*1\r\n*1\r\n" + bulk(frame) + mget,
                "*4\r\n" + bulk(frame) + bulk(plain) + "*1\r\n*1\r\n" + bulk(frame)
                        + mget.replace(bulk(frame), bulk(plain)),
                readers);
        assertReply("*-1\r\n", "*-1\r\n", readers);
    }

    private void assertReply(String stored, String expected, BitSet elements) {
        byte[] bytes = stored.getBytes(StandardCharsets.ISO_8859_1);
        for (int cut = 0; cut < bytes.length; cut++) {
            Recorder recorder = new Recorder();
            PlainReply reply = new PlainReply(codec, elements, recorder);
            if (cut > 0) {
                reply.reply(buf(bytes), 0, cut, false);
            }
            reply.reply(buf(bytes), cut, bytes.length, true);
            assertThat(recorder.text).as("cut at %d", cut).hasToString(expected);
            assertThat(recorder.ends).isEqualTo(1);
        }
        Recorder recorder = new Recorder();
        PlainReply reply = new PlainReply(codec, elements, recorder);
        for (int i = 0; i < bytes.length; i++) {
            reply.reply(buf(bytes), i, i + 1, i == bytes.length - 1);
        }
        assertThat(recorder.text).hasToString(expected);
    }

    @Test
    void a_failure_comes_once() {
        Recorder recorder = new Recorder();
        PlainReply reply = new PlainReply(codec, null, recorder);
        reply.reply(buf(new byte[] {'$', '9'}), 0, 2, false);
        reply.fail(new BackendFailure("ERR gone"));
        reply.fail(new BackendFailure("ERR gone"));
        assertThat(recorder.failures).containsExactly("ERR gone");
    }

    private static String bulk(String value) {
        return "$" + value.length() + "\r\n" + value + "\r\n";
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static final class Recorder implements ReplyReceiver {
        final StringBuilder text = new StringBuilder();
        final List<String> failures = new ArrayList<>();
        int ends;

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            text.append(in.toString(from, to - from, StandardCharsets.ISO_8859_1));
            ends += last ? 1 : 0;
        }

        @Override
        public void fail(BackendFailure failure) {
            failures.add(failure.message());
        }
    }
}
