package io.undermoon.dev;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links within the documents lead somewhere: to a file, and a heading of it. */
class DocLinksTest {
    private static final Path CHECKOUT =
            Path.of("").toAbsolutePath().getParent().getParent();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern NOT_IN_ANCHOR = Pattern.compile("[^\\w\\- ]", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<Path, Set<String>> anchors = new HashMap<>();

    @Test
    void every_link_leads_to_a_file_and_a_heading_that_are_there() throws IOException {
        List<Path> documents = documents();
        assertThat(documents).hasSizeGreaterThan(100);
        List<String> dead = new ArrayList<>();
        for (Path document : documents) {
            for (String line : prose(document)) {
                Matcher links = LINK.matcher(CODE.matcher(line).replaceAll(""));
                while (links.find()) {
                    if (!links.group(1).contains(":") && !leadsSomewhere(document, links.group(1))) {
                        dead.add(CHECKOUT.relativize(document) + ": " + links.group(1));
                    }
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    private boolean leadsSomewhere(Path document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty()
                ? document
                : document.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** Those of the headings, as the usual viewers make them. */
    private Set<String> anchors(Path document) throws IOException {
        Set<String> known = anchors.get(document);
        if (known != null) {
            return known;
        }
        Set<String> found = new HashSet<>();
        for (String line : prose(document)) {
            if (line.startsWith("#")) {
                String text = line.replaceFirst("#+ *", "").replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1");
                String anchor = NOT_IN_ANCHOR
                        .matcher(text.toLowerCase(ROOT))
                        .replaceAll("")
                        .strip()
                        .replace(' ', '-');
                for (int number = 1; !found.add(number == 1 ? anchor : anchor + "-" + (number - 1)); number++) {}
            }
        }
        anchors.put(document, found);
        return found;
    }

    /** The lines that are not within blocks of code. */
    private static List<String> prose(Path document) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean isCode = false;
        for (String line : Files.readAllLines(document)) {
            if (line.startsWith("```")) {
                isCode = !isCode;
            } else if (!isCode) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(CHECKOUT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> Stream.of("target", "node_modules", ".git", ".venv", "site-packages")
                            .noneMatch(skipped ->
                                    CHECKOUT.relativize(file).toString().contains(skipped + "/")))
                    .toList();
        }
    }
}
