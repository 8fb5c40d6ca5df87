package io.undermoon.proxy.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplyScannerTest {
    private static final List<String> REPLIES = List.of(
            "+OK\r\n",
            "-ERR something\r\n",
            ":-42\r\n",
            "$-1\r\n",
            "$0\r\n\r\n",
            "$5\r\na\r\nbc\r\n",
            "*0\r\n",
            "*-1\r\n",
            "*2\r\n*1\r\n$1\r\na\r\n*0\r\n",
            "*3\r\n:1\r\n$-1\r\n*2\r\n+x\r\n-y\r\n",
            "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n,1.5\r\n",
            "~1\r\n#t\r\n",
            "_\r\n",
            "(123456789012345678901234567890\r\n",
            "=8\r\ntxt:abcd\r\n",
            "!5\r\nERR x\r\n",
            "|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n",
            "|0\r\n|1\r\n+a\r\n_\r\n%1\r\n$1\r\nk\r\n|1\r\n+b\r\n#f\r\n,inf\r\n",
            "*2\r\n|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n~2\r\n_\r\n=7\r\ntxt:\r\n\n\r\n",
            "%0\r\n",
            "~0\r\n",
            "(-1\r\n",
            ",-inf\r\n",
            "=4\r\ntxt:\r\n",
            ">2\r\n$10\r\ninvalidate\r\n_\r\n",
            ">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n");

    @Test
    void finds_the_end_of_each_reply_wherever_the_input_is_cut() {
        String all = String.join("", REPLIES);
        ByteBuf in = Unpooled.copiedBuffer(all, StandardCharsets.ISO_8859_1);
        for (int cut = 0; cut <= all.length(); cut++) {
            assertThat(split(in, all, cut)).as("cut at %d", cut).isEqualTo(REPLIES);
        }
    }

    @Test
    void finds_the_ends_of_random_nested_replies_in_random_pieces() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<String> replies = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                replies.add(randomReply(random, 4));
            }
            String all = String.join("", replies);
            ByteBuf in = Unpooled.copiedBuffer(all, StandardCharsets.ISO_8859_1);
            int[] cuts = random.ints(6, 0, all.length() + 1).sorted().toArray();
            assertThat(split(in, all, cuts)).as("seed %d", seed).isEqualTo(replies);
        }
    }

    @Test
    void deep_nesting_and_absurd_lengths_cost_nothing() {
        ReplyScanner scanner = new ReplyScanner();
        ByteBuf in = Unpooled.copiedBuffer("*1\r\n".repeat(100_000), StandardCharsets.US_ASCII);
        assertThat(scanner.scan(in, 0, in.writerIndex())).isEqualTo(-1);
        ByteBuf huge = Unpooled.copiedBuffer("*99999999999999999999\r\n", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> new ReplyScanner().scan(huge, 0, huge.writerIndex()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("out of range");
    }

    @Test
    void refuses_what_is_not_resp() {
        ByteBuf in = Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\n", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> new ReplyScanner().scan(in, 0, in.writerIndex()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("unexpected type byte");
    }

    @Test
    void refuses_streamed_values_in_words() {
        for (String streamed : List.of("$?\r\n", "*?\r\n", "%?\r\n", "~?\r\n", ";4\r\n", ".\r\n")) {
            ByteBuf in = Unpooled.copiedBuffer(streamed, StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> new ReplyScanner().scan(in, 0, in.writerIndex()))
                    .as(streamed)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("streamed values of RESP3 are not supported");
        }
    }

    @Test
    void only_strings_and_arrays_may_be_null_by_length() {
        for (String wrong : List.of("%-1\r\n", "~-1\r\n", ">-1\r\n", "=-1\r\n", "!-1\r\n", "|-1\r\n", "$1-1\r\n")) {
            ByteBuf in = Unpooled.copiedBuffer(wrong, StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> new ReplyScanner().scan(in, 0, in.writerIndex()))
                    .as(wrong)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("unexpected byte 45");
        }
    }

    private static List<String> split(ByteBuf in, String all, int... cuts) {
        ReplyScanner scanner = new ReplyScanner();
        List<String> replies = new ArrayList<>();
        int begin = 0;
        int from = 0;
        for (int piece = 0; piece <= cuts.length; piece++) {
            int to = piece < cuts.length ? cuts[piece] : all.length();
            while (from < to) {
                int next = scanner.scan(in, from, to);
                if (next < 0) {
                    from = to;
                } else {
                    replies.add(all.substring(begin, next));
                    begin = next;
                    from = next;
                }
            }
        }
        return replies;
    }

    private static String randomReply(SplittableRandom random, int depth) {
        int kind = random.nextInt(depth > 0 ? 13 : 8);
        return switch (kind) {
            case 0 -> "+" + "s".repeat(random.nextInt(20)) + "\r\n";
            case 1 -> ":" + random.nextInt() + "\r\n";
            case 2 -> "$-1\r\n";
            case 3 -> "_\r\n";
            case 4 -> "#t\r\n";
            case 5 -> "," + random.nextDouble() + "\r\n";
            case 6 -> "(" + random.nextLong() + "0\r\n";
            case 7 -> {
                int length = random.nextInt(30);
                yield "$=!".charAt(random.nextInt(3)) + "" + length + "\r\n" + "\n".repeat(length) + "\r\n";
            }
            case 8 -> randomAggregate(random, depth, '*', 1, 0);
            case 9 -> randomAggregate(random, depth, '~', 1, 0);
            case 10 -> randomAggregate(random, depth, '%', 2, 0);
            case 11 -> randomAggregate(random, depth, '>', 1, 0);
            default -> randomAggregate(random, depth, '|', 2, 1);
        };
    }

    private static String randomAggregate(SplittableRandom random, int depth, char type, int step, int following) {
        int elements = random.nextInt(4);
        StringBuilder reply = new StringBuilder().append(type).append(elements).append("\r\n");
        for (int i = step * elements + following; i > 0; i--) {
            reply.append(randomReply(random, depth - 1));
        }
        return reply.toString();
    }
}
