package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassGraphTest {
    @TempDir
    private Path directory;

    @Test
    void a_ring_of_eight_classes_passes_and_one_of_nine_fails() throws IOException {
        ClassGraph.of(ring(8)).assertUntied();

        ClassGraph knot = ClassGraph.of(ring(9));
        assertThat(knot.knots())
                .singleElement()
                .satisfies(ring -> assertThat(ring).hasSize(9).contains("made.up.C0"));
        assertThatThrownBy(knot::assertUntied)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("made.up.C8");
    }

    @Test
    void a_nested_class_counts_as_its_enclosing_class() throws IOException {
        Path classes = compiled(List.of(
                source("one", "A", "static final class Inner { two.B other; }"), source("two", "B", "one.A.Inner a;")));

        ClassGraph graph = ClassGraph.of(classes);

        assertThat(graph.packageCycles()).containsExactly(Set.of("one", "two"));
        assertThatThrownBy(graph::assertUntied)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("package cycles");
    }

    @Test
    void dependencies_in_one_direction_pass() throws IOException {
        ClassGraph.of(compiled(List.of(source("one", "A", "two.B other;"), source("two", "B", ""))))
                .assertUntied();
    }

    private Path ring(int size) throws IOException {
        return compiled(IntStream.range(0, size)
                .mapToObj(i -> source("made.up", "C" + i, "C" + (i + 1) % size + " next;"))
                .toList());
    }

    private record Source(String packageName, String name, String text) {}

    private static Source source(String packageName, String name, String body) {
        String text = "package " + packageName + "; public class " + name + " { "
                + body.replace("static", "public static") + " }";
        return new Source(packageName, name, text);
    }

    private Path compiled(List<Source> sources) throws IOException {
        Path root = Files.createTempDirectory(directory, "module");
        Path classes = Files.createDirectory(root.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
        for (Source source : sources) {
            Path folder =
                    Files.createDirectories(root.resolve(source.packageName().replace('.', '/')));
            Path file = Files.writeString(folder.resolve(source.name() + ".java"), source.text());
            arguments.add(file.toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).isZero();
        return classes;
    }
}
