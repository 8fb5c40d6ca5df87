package io.undermoon.coordinator.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.undermoon.coordinator.resp.RespValue.Array;
import io.undermoon.coordinator.resp.RespValue.Bulk;
import io.undermoon.coordinator.resp.RespValue.Failure;
import io.undermoon.coordinator.resp.RespValue.Int;
import io.undermoon.coordinator.resp.RespValue.Nil;
import io.undermoon.coordinator.resp.RespValue.Simple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RespDecoderTest {
    private static final RespValue EVERYTHING = new Array(List.of(
            new Simple("OK"),
            new Failure("ERR no"),
            new Int(-42),
            new Bulk("grüße\r\n"),
            new Bulk(""),
            new Nil(),
            new Array(List.of(new Array(List.of()), new Int(1)))));

    @Test
    void reads_what_the_writer_wrote_split_at_every_byte() {
        ByteBuf written = Unpooled.buffer();
        RespWriter.write(EVERYTHING, written);
        RespWriter.write(RespValue.OK, written);
        for (int split = 0; split <= written.readableBytes(); split++) {
            EmbeddedChannel channel = new EmbeddedChannel(RespDecoder.ofReplies(1000));
            channel.writeInbound(written.copy(0, split));
            channel.writeInbound(written.copy(split, written.readableBytes() - split));
            assertThat(read(channel)).as("split at %d", split).containsExactly(EVERYTHING, RespValue.OK);
            assertThat(channel.finish()).isFalse();
        }
    }

    @Test
    void reads_one_byte_at_a_time() {
        ByteBuf written = Unpooled.buffer();
        RespWriter.write(EVERYTHING, written);
        EmbeddedChannel channel = new EmbeddedChannel(RespDecoder.ofReplies(1000));
        for (int i = 0; i < written.readableBytes(); i++) {
            channel.writeInbound(written.copy(i, 1));
        }
        assertThat(read(channel)).containsExactly(EVERYTHING);
    }

    @Test
    void reads_commands_as_lines_too() {
        assertThat(commands("PING\r\n")).containsExactly(RespValue.command(List.of("PING")));
        assertThat(commands(" config  GET brokers\n"))
                .containsExactly(RespValue.command(List.of("config", "GET", "brokers")));
        assertThat(commands("\r\n")).containsExactly(RespValue.command(List.of()));
        assertThat(commands("*1\r\n$4\r\nPING\r\n")).containsExactly(RespValue.command(List.of("PING")));
    }

    @Test
    void refuses_what_is_not_resp() {
        for (String bytes :
                List.of("hello\r\n", ":x\r\n", "$x\r\n", "$-2\r\n", "*1\r\n?\r\n", "$1\r\nabc", "*1\r\n".repeat(20))) {
            EmbeddedChannel channel = new EmbeddedChannel(RespDecoder.ofReplies(1000));
            assertThatThrownBy(() -> channel.writeInbound(bytes(bytes)))
                    .as(bytes)
                    .isInstanceOf(DecoderException.class);
        }
    }

    @Test
    void refuses_what_is_too_long_before_it_has_all_come() {
        for (String bytes : List.of("$1001\r\n", "*1001\r\n", "*1000\r\n" + ":1\r\n".repeat(300))) {
            EmbeddedChannel channel = new EmbeddedChannel(RespDecoder.ofReplies(1000));
            assertThatThrownBy(() -> channel.writeInbound(bytes(bytes)))
                    .as(bytes)
                    .isInstanceOf(TooLongFrameException.class);
            assertThat(channel.writeInbound(bytes("+OK\r\n")))
                    .as("what follows is swallowed")
                    .isFalse();
        }
        EmbeddedChannel channel = new EmbeddedChannel(RespDecoder.ofCommands(1000));
        assertThatThrownBy(() -> channel.writeInbound(bytes("x".repeat(1001))))
                .isInstanceOf(TooLongFrameException.class);
    }

    @Test
    void line_breaks_cannot_smuggle_a_second_reply() {
        ByteBuf out = Unpooled.buffer();
        RespWriter.write(new Failure("ERR_COMMAND_NOT_SUPPORTED: a\r\n+OK"), out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("-ERR_COMMAND_NOT_SUPPORTED: a  +OK\r\n");
    }

    private static List<Object> commands(String text) {
        EmbeddedChannel channel = new EmbeddedChannel(RespDecoder.ofCommands(1000));
        channel.writeInbound(bytes(text));
        return read(channel);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static List<Object> read(EmbeddedChannel channel) {
        List<Object> values = new ArrayList<>();
        for (Object value = channel.readInbound(); value != null; value = channel.readInbound()) {
            values.add(value);
        }
        return values;
    }
}
