package io.undermoon.umctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Control commands as versions that have been released send them: one a line, words separated by tabs. A line is never
 * changed; each release adds a file.
 */
class FormerVersionsTest {
    private static final List<String> FILES = List.of("umctl-0.1.txt");

    private static Stream<String> commands() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String file : FILES) {
            try (InputStream in = FormerVersionsTest.class.getResourceAsStream("versions/" + file)) {
                all.append(new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return all.toString().lines();
    }

    @Test
    void there_is_one_of_each_kind() throws IOException {
        assertThat(commands().map(line -> line.split("\t")[1]).distinct())
                .contains("SETREPL", "SETCLUSTER", "SETMETA", "SETCHANGE", "PRECHECK", "PRESWITCH", "FINALSWITCH");
    }

    /** Compressed words are compared by what is read from them: each version of zlib may compress otherwise. */
    @ParameterizedTest
    @MethodSource("commands")
    void is_read_and_written_as_it_was(String line) {
        List<String> words = List.of(line.split("\t", -1));
        List<String> arguments = words.subList(2, words.size());
        List<String> written = switch (words.get(1)) {
            case "SETREPL" -> SetRepl.parse(arguments).toCommand();
            case "SETCLUSTER" -> again(arguments);
            case "SETMETA" -> again(SetMeta.parse(arguments), line.contains("COMPRESS"));
            case "SETCHANGE" -> again(SetChange.parse(arguments));
            default -> Handshake.parse(words.get(1), arguments).toCommand();
        };
        if (line.contains("COMPRESS") || words.get(1).equals("SETCHANGE")) {
            assertThat(written).hasSameSizeAs(words);
        } else {
            assertThat(written).isEqualTo(words);
        }
    }

    private static List<String> again(List<String> arguments) {
        SetCluster message = SetCluster.parse(arguments);
        if (!arguments.get(2).contains("COMPRESS")) {
            return message.toCommand();
        }
        List<String> compressed = message.toCompressedCommand();
        assertThat(SetCluster.parse(compressed.subList(2, compressed.size()))).isEqualTo(message);
        return compressed;
    }

    private static List<String> again(SetMeta message, boolean compress) {
        List<String> command = message.toCommand(compress);
        assertThat(SetMeta.parse(command.subList(2, command.size()))).isEqualTo(message);
        return command;
    }

    private static List<String> again(SetChange message) {
        assertThat(ClusterChange.parse(message.change().print())).isEqualTo(message.change());
        return SetChange.toCommand(
                message.self(),
                message.roles() == null ? List.of() : message.roles().toArguments(),
                message.change().print(),
                message.leases());
    }
}
