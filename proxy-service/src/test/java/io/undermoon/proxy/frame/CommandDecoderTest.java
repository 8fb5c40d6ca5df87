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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandDecoderTest {
    private static final String PIPELINE = "*2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n" + "*0\r\n" + "*-1\r\n"
            + "PING \"a b\"\r\n" + "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\na\r\nb\r\n" + "\r\n" + "*1\r\n$4\r\nPING\r\n";
    private static final List<List<String>> COMMANDS =
            List.of(List.of("GET", "foo"), List.of("PING", "a b"), List.of("SET", "", "a\r\nb"), List.of("PING"));

    @Test
    void finds_commands_that_arrive_in_two_pieces_cut_anywhere() {
        for (int cut = 0; cut <= PIPELINE.length(); cut++) {
            assertThat(decodeInPieces(PIPELINE, cut)).as("cut at %d", cut).isEqualTo(COMMANDS);
        }
    }

    @Test
    void finds_commands_that_arrive_byte_by_byte() {
        int[] everywhere = new int[PIPELINE.length()];
        for (int i = 0; i < everywhere.length; i++) {
            everywhere[i] = i;
        }
        assertThat(decodeInPieces(PIPELINE, everywhere)).isEqualTo(COMMANDS);
    }

    @Test
    void rewrites_an_inline_command_as_an_array() {
        CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
        ByteBuf in = buffer("set 'it\\'s' \"\\x41\\n\"\r\n");
        assertThat(decoder.decode(in)).isTrue();
        assertThat(decoder.frame().arguments(0)).containsExactly("set", "it's", "A\n");
        ByteBuf out = Unpooled.buffer();
        decoder.frame().writeTo(out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("*3\r\n$3\r\nset\r\n$4\r\nit's\r\n$2\r\nA\n\r\n");
        decoder.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*x\\r\\n | invalid multibulk length",
                "*1048577\\r\\n | invalid multibulk length",
                "*99999999999\\r\\n | invalid multibulk length",
                "*02\\r\\n | invalid multibulk length",
                "*002\\r\\n$3\\r\\n | invalid multibulk length",
                "*-0\\r\\n | invalid multibulk length",
                "*1\\r\\n$03\\r\\nGET\\r\\n | invalid bulk length",
                "*1\\r\\n$-0\\r\\n | invalid bulk length",
                "*1\\r\\n:1\\r\\n | expected '$', got ':'",
                "*1\\r\\n$-1\\r\\n | invalid bulk length",
                "*1\\r\\n$536870913\\r\\n | invalid bulk length",
                "*1\\r\\n$abc\\r\\n | invalid bulk length",
                "GET \"foo\\r\\n | unbalanced quotes in request",
                "*1\\rx$4\\r\\nPING\\r\\n | invalid CRLF in request",
                "*1\\r\\n$4\\rxPING\\r\\n | invalid CRLF in request",
                "*1\\r\\n$4\\r\\nPINGxx | invalid CRLF in request"
            })
    void refuses_what_redis_or_valkey_refuses_in_its_words(String input, String message) {
        CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
        assertThatThrownBy(() -> decoder.decode(buffer(unescape(input))))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
    }

    @Test
    void a_client_without_login_may_send_only_small_commands() {
        assertThatThrownBy(() -> new CommandDecoder(RequestLimits.UNAUTHENTICATED).decode(buffer("*11\r\n")))
                .hasMessage("unauthenticated multibulk length");
        assertThatThrownBy(() -> new CommandDecoder(RequestLimits.UNAUTHENTICATED).decode(buffer("*1\r\n$16385\r\n")))
                .hasMessage("unauthenticated bulk length");
    }

    @Test
    void says_how_much_of_a_large_argument_is_missing() {
        CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
        ByteBuf in = buffer("*2\r\n$3\r\nGET\r\n$1000\r\nabc");
        assertThat(decoder.decode(in)).isFalse();
        assertThat(decoder.missingBytes(in)).isEqualTo(997 + 2);
    }

    @Test
    void leaves_out_the_wrapping_of_a_forwarded_command() {
        CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
        assertThat(decoder.decode(buffer("*4\r\n$9\r\nUMFORWARD\r\n$1\r\n2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n")))
                .isTrue();
        CommandFrame frame = decoder.frame();
        frame.skip(2);
        assertThat(frame.arguments(0)).containsExactly("GET", "foo");
        ByteBuf out = Unpooled.buffer();
        frame.writeTo(out);
        frame.writeWrapped(out, "UMFORWARD", 1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("*2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n"
                        + "*4\r\n$9\r\nUMFORWARD\r\n$1\r\n1\r\n$3\r\nGET\r\n$3\r\nfoo\r\n");
    }

    @Test
    void random_bytes_give_a_protocol_error_or_wait_for_more() {
        for (long seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuf in = buffer(PIPELINE);
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                in.setByte(random.nextInt(in.writerIndex()), random.nextInt(256));
            }
            CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
            try {
                while (decoder.decode(in)) {
                    assertThat(decoder.frame().argumentCount())
                            .as("seed %d", seed)
                            .isPositive();
                }
            } catch (ProtocolException e) {
                assertThat(e).as("seed %d", seed).hasMessageMatching(".+");
            } finally {
                decoder.close();
            }
        }
    }

    /**
     * Feeds the input in pieces that end at the cuts, moving what is unread to a new buffer in between as a session
     * does.
     */
    private static List<List<String>> decodeInPieces(String input, int... cuts) {
        CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
        List<List<String>> commands = new ArrayList<>();
        ByteBuf unread = Unpooled.buffer();
        int from = 0;
        for (int piece = 0; piece <= cuts.length; piece++) {
            int to = piece < cuts.length ? cuts[piece] : input.length();
            ByteBuf moved = Unpooled.buffer();
            moved.writeZero(piece % 3).readerIndex(piece % 3);
            int delta = moved.readerIndex() - unread.readerIndex();
            moved.writeBytes(unread);
            decoder.moved(moved, delta);
            moved.writeCharSequence(input.substring(from, to), StandardCharsets.ISO_8859_1);
            unread = moved;
            from = to;
            while (decoder.decode(unread)) {
                commands.add(decoder.frame().arguments(0));
            }
        }
        assertThat(unread.isReadable()).isFalse();
        decoder.close();
        return commands;
    }

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
