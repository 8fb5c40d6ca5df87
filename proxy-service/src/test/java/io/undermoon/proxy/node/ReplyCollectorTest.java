package io.undermoon.proxy.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReplyCollectorTest {
    private final CompletableFuture<RespValue> answer = new CompletableFuture<>();

    private void receive(int maxBytes, int pieceLength, String reply) {
        ReplyCollector collector = new ReplyCollector("127.0.0.1:7001 to GET", maxBytes, answer);
        ByteBuf in = Unpooled.copiedBuffer(reply, StandardCharsets.UTF_8);
        int end = in.writerIndex();
        for (int from = 0; from < end; from += pieceLength) {
            int to = Math.min(end, from + pieceLength);
            collector.reply(in, from, to, to == end);
        }
    }

    private NodeException problem() {
        return NodeException.of(answer.handle((value, problem) -> problem).join());
    }

    @Test
    void parses_a_reply_that_comes_in_pieces() {
        receive(100, 1, "*2\r\n$3\r\nabc\r\n:7\r\n");

        assertThat(answer)
                .isCompletedWithValue(new RespValue.Array(List.of(new RespValue.Bulk("abc"), new RespValue.Int(7))));
    }

    @Test
    void takes_a_reply_of_the_largest_size() {
        receive(9, 4, "$3\r\nabc\r\n");

        assertThat(answer).isCompletedWithValue(new RespValue.Bulk("abc"));
    }

    @Test
    void refuses_a_reply_beyond_the_limit() {
        receive(8, 4, "$3\r\nabc\r\n");

        assertThat(problem().isErrorReply()).isFalse();
        assertThat(problem().errorText()).isEqualTo("ERR reply is larger than 8 bytes");
        assertThat(problem()).hasMessage("answer of 127.0.0.1:7001 to GET: reply is larger than 8 bytes");
    }

    @Test
    void refuses_bytes_that_are_not_of_the_protocol() {
        receive(100, 100, ":seven\r\n");

        assertThat(problem().isErrorReply()).isFalse();
        assertThat(problem().errorText()).isEqualTo("ERR Protocol error: invalid integer");
    }

    @Test
    void leaves_an_error_reply_a_value() {
        receive(100, 100, "-ERR no such thing\r\n");

        assertThat(answer).isCompletedWithValue(new RespValue.Failure("ERR no such thing"));
    }
}
