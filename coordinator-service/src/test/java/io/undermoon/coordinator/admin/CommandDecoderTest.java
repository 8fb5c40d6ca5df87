package io.undermoon.coordinator.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.undermoon.coordinator.admin.CommandDecoder.Command;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandDecoderTest {
    @Test
    void reads_arrays_and_lines_split_at_every_byte() {
        ByteBuf sent = bytes("*2\r\n$4\r\nPING\r\n$7\r\ngrüße\r\n config  GET brokers\n\r\n*0\r\n");
        for (int split = 0; split <= sent.readableBytes(); split++) {
            EmbeddedChannel channel = new EmbeddedChannel(new CommandDecoder());
            channel.writeInbound(sent.copy(0, split));
            channel.writeInbound(sent.copy(split, sent.readableBytes() - split));
            assertThat(channel.inboundMessages())
                    .as("split at %d", split)
                    .containsExactly(
                            new Command(List.of("PING", "grüße")),
                            new Command(List.of("config", "GET", "brokers")),
                            new Command(List.of()),
                            new Command(List.of()));
        }
    }

    @Test
    void refuses_malformed_input_once_and_discards_the_rest() {
        for (String sent : List.of(
                "*1\r\n:5\r\n",
                "*-1\r\n",
                "*1\r\n*1\r\n$1\r\na\r\n",
                "*x\r\n",
                "*1\r\n$16385\r\n",
                "*16385\r\n",
                "*2\r\n$10000\r\n" + "x".repeat(10000) + "\r\n$10000\r\n" + "x".repeat(9000),
                "x".repeat(16385))) {
            EmbeddedChannel channel = new EmbeddedChannel(new CommandDecoder());
            assertThatThrownBy(() -> channel.writeInbound(bytes(sent)), "%.20s", sent)
                    .isInstanceOf(DecoderException.class)
                    .hasMessageStartingWith("Protocol error: ");
            assertThat(channel.writeInbound(bytes("PING\r\n"))).isFalse();
            assertThat(channel.finish()).isFalse();
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
