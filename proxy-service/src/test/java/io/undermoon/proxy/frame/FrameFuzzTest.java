package io.undermoon.proxy.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.Fuzz;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both scanners with random input: valid in any pieces, spoilt, and plain noise. Longer with {@value Fuzz#SECONDS}. */
class FrameFuzzTest {
    private static final RequestLimits LIMITS = new RequestLimits(1000, 100_000);

    @Test
    void commands_are_found_whole_wherever_the_input_is_cut() {
        Fuzz.run(1, random -> {
            StringBuilder input = new StringBuilder();
            List<List<String>> expected = new ArrayList<>();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                input.append(Fuzz.command(random, expected));
            }
            for (int cut = 0; cut <= input.length(); cut++) {
                assertThat(commands(input.toString(), cut)).as("cut at %d", cut).isEqualTo(expected);
            }
            assertThat(commands(input.toString(), Fuzz.everywhere(input.length())))
                    .isEqualTo(expected);
        });
    }

    @Test
    void replies_are_found_whole_wherever_the_input_is_cut() {
        Fuzz.run(1, random -> {
            List<String> expected = new ArrayList<>();
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                expected.add(Fuzz.reply(random, 4));
            }
            String input = String.join("", expected);
            for (int cut = 0; cut <= input.length(); cut++) {
                assertThat(replies(input, cut)).as("cut at %d", cut).isEqualTo(expected);
            }
            assertThat(replies(input, Fuzz.everywhere(input.length()))).isEqualTo(expected);
        });
    }

    /** What is found or refused must not depend on how the input came in. */
    @Test
    void spoilt_commands_are_read_alike_in_one_piece_and_byte_by_byte() {
        Fuzz.run(1, random -> {
            String input = Fuzz.spoilt(random, Fuzz.commands(random, 4));
            assertThat(outcome(() -> commands(input, Fuzz.everywhere(input.length()))))
                    .isEqualTo(outcome(() -> commands(input)));
        });
    }

    @Test
    void spoilt_replies_are_read_alike_in_one_piece_and_byte_by_byte() {
        Fuzz.run(1, random -> {
            String input = Fuzz.spoilt(random, Fuzz.reply(random, 4) + Fuzz.reply(random, 4));
            assertThat(outcome(() -> replies(input, Fuzz.everywhere(input.length()))))
                    .isEqualTo(outcome(() -> replies(input)));
        });
    }

    @Test
    void noise_is_refused_or_waited_on() {
        Fuzz.run(1, random -> {
            String noise = Fuzz.noise(random, 300);
            assertThat(outcome(() -> commands(noise))).isNotNull();
            assertThat(outcome(() -> replies(noise))).isNotNull();
        });
    }

    private interface Reading {
        List<?> read();
    }

    /** What was found, or that the input was refused; any other exception goes on. */
    private static String outcome(Reading reading) {
        try {
            return reading.read().toString();
        } catch (ProtocolException e) {
            return "refused";
        }
    }

    private static List<List<String>> commands(String input, int... cuts) {
        CommandDecoder decoder = new CommandDecoder(LIMITS);
        List<List<String>> found = new ArrayList<>();
        ByteBuf unread = Unpooled.buffer();
        try {
            int from = 0;
            for (int piece = 0; piece <= cuts.length; piece++) {
                int to = piece < cuts.length ? cuts[piece] : input.length();
                unread.writeBytes(input.substring(from, to).getBytes(StandardCharsets.ISO_8859_1));
                from = to;
                while (decoder.decode(unread)) {
                    found.add(latin(decoder.frame()));
                }
            }
        } finally {
            decoder.close();
        }
        return found;
    }

    private static List<String> latin(CommandFrame frame) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < frame.argumentCount(); i++) {
            arguments.add(new String(frame.argumentBytes(i), StandardCharsets.ISO_8859_1));
        }
        return arguments;
    }

    private static List<String> replies(String input, int... cuts) {
        ReplyScanner scanner = new ReplyScanner();
        ByteBuf in = Unpooled.wrappedBuffer(input.getBytes(StandardCharsets.ISO_8859_1));
        List<String> found = new ArrayList<>();
        int begin = 0;
        int from = 0;
        for (int piece = 0; piece <= cuts.length; piece++) {
            int to = piece < cuts.length ? cuts[piece] : input.length();
            while (from < to) {
                int next = scanner.scan(in, from, to);
                if (next >= 0) {
                    assertThat(next).isBetween(from + 1, to);
                    found.add(input.substring(begin, next));
                    begin = next;
                }
                from = next < 0 ? to : next;
            }
        }
        return found;
    }
}
