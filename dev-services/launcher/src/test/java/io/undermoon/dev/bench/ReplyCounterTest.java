package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReplyCounterTest {
    private static final String REPLIES = "+OK\r\n" // 1
            + "$5\r\n12\r\n3\r\n" // 2, with a line end inside
            + "$-1\r\n" // 3
            + "$0\r\n\r\n" // 4
            + ":-12\r\n" // 5
            + "*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+b\r\n" // 6, nested
            + "*-1\r\n*0\r\n" // 7, 8
            + "%1\r\n+k\r\n,1.5\r\n" // 9
            + "_\r\n" // 10
            + "-ERR no\r\n"; // 11

    @Test
    void counts_whole_replies_of_every_kind() {
        ReplyCounter counter = new ReplyCounter();

        assertThat(counter.count(bytes(REPLIES))).isEqualTo(11);
        assertThat(counter.errors()).isEqualTo(1);
        assertThat(counter.firstError()).isEqualTo("ERR no");
    }

    @Test
    void does_not_depend_on_how_the_stream_is_cut() {
        for (int cut = 1; cut < REPLIES.length(); cut++) {
            ReplyCounter counter = new ReplyCounter();
            int replies =
                    counter.count(bytes(REPLIES.substring(0, cut))) + counter.count(bytes(REPLIES.substring(cut)));
            assertThat(replies).as("cut at %d", cut).isEqualTo(11);
        }
    }

    @Test
    void counts_byte_by_byte() {
        ReplyCounter counter = new ReplyCounter();
        int replies = 0;
        for (int i = 0; i < REPLIES.length(); i++) {
            replies += counter.count(bytes(REPLIES.substring(i, i + 1)));
        }
        assertThat(replies).isEqualTo(11);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
