package io.undermoon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyDecoderTest {
    @Test
    void hands_on_whole_replies_whatever_the_packets() {
        ByteBuf sent = bytes("+OK\r\n*2\r\n:7\r\n$3\r\na\r\n\r\n-ERR no\r\n");
        for (int split = 0; split <= sent.readableBytes(); split++) {
            EmbeddedChannel channel = new EmbeddedChannel(new RespReplyDecoder(RespReplyDecoder.MAX_REPLY_BYTES));
            channel.writeInbound(sent.copy(0, split));
            channel.writeInbound(sent.copy(split, sent.readableBytes() - split));
            assertThat(channel.inboundMessages())
                    .as("split at %d", split)
                    .containsExactly(
                            new RespValue.Simple("OK"),
                            new RespValue.Array(List.of(new RespValue.Int(7), new RespValue.Bulk("a\r\n"))),
                            new RespValue.Failure("ERR no"));
        }
    }

    @Test
    void refuses_what_is_not_resp() {
        EmbeddedChannel channel = new EmbeddedChannel(new RespReplyDecoder(RespReplyDecoder.MAX_REPLY_BYTES));
        assertThatThrownBy(() -> channel.writeInbound(bytes("HTTP/1.1 400 Bad Request\r\n")))
                .isInstanceOf(DecoderException.class)
                .hasMessage("Protocol error: unknown type 'H'");
    }

    @Test
    void does_not_wait_for_a_reply_that_is_too_long() {
        EmbeddedChannel channel = new EmbeddedChannel(new RespReplyDecoder(RespReplyDecoder.MAX_REPLY_BYTES));
        String half =
                "$" + RespReplyDecoder.MAX_REPLY_BYTES / 2 + "\r\n" + "x".repeat(RespReplyDecoder.MAX_REPLY_BYTES / 2);
        channel.writeInbound(bytes("*3\r\n" + half));
        assertThatThrownBy(() -> channel.writeInbound(bytes("\r\n" + half))).isInstanceOf(TooLongFrameException.class);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
