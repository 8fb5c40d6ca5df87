package io.undermoon.proxy.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PubSubFrameTest {
    private final PubSubFrame frame = new PubSubFrame();

    @Test
    void messages_name_what_was_subscribed_to_and_the_channel() {
        assertMessage("*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$1\r\nx\r\n", SubscriptionKind.CHANNEL, "ch", "ch");
        assertMessage("*3\r\n$8\r\nsmessage\r\n$2\r\nch\r\n$0\r\n\r\n", SubscriptionKind.SHARD, "ch", "ch");
        assertMessage(
                "*4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$3\r\ncha\r\n$1\r\nx\r\n", SubscriptionKind.PATTERN, "c*", "cha");
        assertMessage("*3\r\n$7\r\nmessage\r\n$0\r\n\r\n$1\r\nx\r\n", SubscriptionKind.CHANNEL, "", "");
    }

    @Test
    void confirmations_name_what_they_confirm() {
        assertThat(read("*3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n")).isEqualTo(PubSubFrame.Type.SUBSCRIBED);
        assertThat(frame.name()).isEqualTo(name(SubscriptionKind.CHANNEL, "ch"));
        assertThat(read("*3\r\n$10\r\nssubscribe\r\n$2\r\nch\r\n:1\r\n")).isEqualTo(PubSubFrame.Type.SUBSCRIBED);
        assertThat(frame.name()).isEqualTo(name(SubscriptionKind.SHARD, "ch"));
        assertThat(read("*3\r\n$12\r\npunsubscribe\r\n$2\r\nch\r\n:0\r\n")).isEqualTo(PubSubFrame.Type.UNSUBSCRIBED);
        assertThat(frame.name()).isEqualTo(name(SubscriptionKind.PATTERN, "ch"));
    }

    @Test
    void other_answers_are_told_apart() {
        assertThat(read("+PONG\r\n")).isEqualTo(PubSubFrame.Type.PONG);
        assertThat(read("*2\r\n$4\r\npong\r\n$0\r\n\r\n")).isEqualTo(PubSubFrame.Type.PONG);
        assertThat(read("-ERR no\r\n")).isEqualTo(PubSubFrame.Type.ERROR);
    }

    @Test
    void what_is_none_of_these_is_unknown() {
        assertThat(read(":1\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*0\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*-1\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*1\r\n$0\r\n\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*2\r\n$7\r\nmessage\r\n:1\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*3\r\n$8\r\npmessage\r\n$1\r\nx\r\n:0\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
        assertThat(read("*3\r\n$5\r\nother\r\n$1\r\nx\r\n:0\r\n")).isEqualTo(PubSubFrame.Type.UNKNOWN);
    }

    private void assertMessage(String text, SubscriptionKind kind, String name, String channel) {
        ByteBuf in = Unpooled.copiedBuffer("junk" + text, StandardCharsets.US_ASCII);
        assertThat(frame.read(in, 4, in.writerIndex())).isEqualTo(PubSubFrame.Type.MESSAGE);
        assertThat(frame.name()).isEqualTo(name(kind, name));
        assertThat(in.toString(frame.channelStart(), frame.channelLength(), StandardCharsets.US_ASCII))
                .isEqualTo(channel);
    }

    private PubSubFrame.Type read(String text) {
        ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        return frame.read(in, 0, in.writerIndex());
    }

    private static ChannelName name(SubscriptionKind kind, String text) {
        return new ChannelName(kind, text.getBytes(StandardCharsets.US_ASCII));
    }
}
