package io.undermoon.proxy.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.session.ReplyTarget;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GatherTest {
    private final GatherBudget budget =
            new GatherBudget(new ClientRegistry(ClientLimits.DEFAULT.withMemoryBytes(200)).memory());
    private final RecordingTarget client = new RecordingTarget();

    @Test
    void answers_once_when_the_last_reply_is_there_in_whatever_order_and_pieces() {
        Gather gather = Gather.merged(budget, client, 3, Merges::sum);
        reply(gather.part(2), ":10\r\n");
        for (String piece : ":1|23|\r|\n".split("\\|")) {
            assertThat(client.answer).isEmpty();
            piece(gather.part(0), piece, piece.equals("\n"));
        }
        assertThat(client.answer).isEmpty();
        reply(gather.part(1), ":-3\r\n");
        assertThat(client.answer).isEqualTo(":130\r\n");
        assertThat(client.held).isZero();
    }

    @Test
    void the_first_error_is_the_answer_and_says_what_else_was_done() {
        Gather gather = Gather.merged(budget, client, 3, Merges::first);
        gather.part(2).fail(new BackendFailure("ERR third"));
        reply(gather.part(1), "-OOM second\r\n");
        reply(gather.part(0), "+OK\r\n");
        assertThat(client.answer)
                .isEqualTo("-OOM second (this is of 2 of the 3 parts the command was split into;"
                        + " the others were carried out)\r\n");
    }

    @Test
    void an_error_of_all_is_as_it_came() {
        Gather gather = Gather.merged(budget, client, 2, Merges::first);
        reply(gather.part(0), "-ERR no\r\n");
        reply(gather.part(1), "-ERR no\r\n");
        assertThat(client.answer).isEqualTo("-ERR no\r\n");
    }

    @Test
    void more_than_the_budget_is_dropped_and_refused() {
        Gather gather = Gather.merged(budget, client, 2, Merges::first);
        piece(gather.part(0), "$200\r\n" + "x".repeat(90), false);
        assertThat(client.held).isEqualTo(96);
        piece(gather.part(0), "x".repeat(60), false);
        assertThat(client.held).isZero();
        piece(gather.part(0), "x".repeat(50) + "\r\n", true);
        reply(gather.part(1), "+OK\r\n");
        assertThat(client.answer).startsWith("-ERR the nodes' replies together are more than the 100 bytes");
        assertThat(client.held).isZero();
    }

    @Test
    void nothing_is_kept_for_a_client_that_left() {
        Gather gather = Gather.merged(budget, client, 2, Merges::first);
        piece(gather.part(0), "+O", false);
        client.gone = true;
        piece(gather.part(0), "K\r\n", true);
        assertThat(client.held).isZero();
        reply(gather.part(1), "+OK\r\n");
        assertThat(client.answers).isEqualTo(1);
    }

    @Test
    void replies_of_another_shape_are_an_error() {
        Gather gather = Gather.merged(budget, client, 1, Merges::sum);
        reply(gather.part(0), "+OK\r\n");
        assertThat(client.answer).startsWith("-ERR a node's reply cannot be merged");
    }

    @Test
    void elements_go_to_their_places() {
        Gather gather = Gather.merged(budget, client, 2, Merges.placed(new int[] {2, 0, 1}));
        reply(gather.part(0), "*1\r\n$1\r\nc\r\n");
        reply(gather.part(1), "*2\r\n$-1\r\n$1\r\nb\r\n");
        assertThat(client.answer).isEqualTo("*3\r\n$-1\r\n$1\r\nb\r\n$1\r\nc\r\n");
    }

    @Test
    void what_is_everywhere_is_the_least() {
        Gather gather = Gather.merged(budget, client, 2, Merges::least);
        reply(gather.part(0), "*3\r\n:1\r\n:0\r\n:1\r\n");
        reply(gather.part(1), "*3\r\n:1\r\n:1\r\n:0\r\n");
        assertThat(client.answer).isEqualTo("*3\r\n:1\r\n:0\r\n:0\r\n");
    }

    private static void reply(ReplyReceiver receiver, String reply) {
        piece(receiver, reply, true);
    }

    private static void piece(ReplyReceiver receiver, String piece, boolean last) {
        ByteBuf bytes = Unpooled.copiedBuffer(piece, StandardCharsets.US_ASCII);
        receiver.reply(bytes, 0, bytes.readableBytes(), last);
    }

    private static final class RecordingTarget implements ReplyTarget {
        private String answer = "";
        private int answers;
        private boolean gone;
        private int held;

        @Override
        public boolean isWaiting() {
            return !gone;
        }

        @Override
        public void hold(int bytes) {
            held += bytes;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            assertThat(last).isTrue();
            answer += in.toString(from, to - from, StandardCharsets.US_ASCII);
            answers++;
        }

        @Override
        public void fail(BackendFailure failure) {
            answer += "-" + failure.message() + "\r\n";
            answers++;
        }
    }
}
