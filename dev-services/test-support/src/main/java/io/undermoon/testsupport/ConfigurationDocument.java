package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares docs/configuration.md with the configuration of a service: the same keys with the same defaults, no more.
 */
public final class ConfigurationDocument {
    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final String NO_DEFAULT = "none";

    /** A row of the table: {@code | `key` | `default` | …}, or {@code none} instead of a default. */
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| (?:`([^`]*)`|none) \\|", Pattern.MULTILINE);

    private ConfigurationDocument() {}

    /**
     * Compares.
     *
     * @param service the heading of its section
     * @param mapping the interface with all its keys
     */
    public static void assertDescribes(String service, Class<?> mapping) throws IOException {
        Map<String, String> inCode = new TreeMap<>();
        collect(mapping, mapping, "", inCode);
        assertThat(inTable(Files.readString(DOCUMENT), "## " + service + "\n")).isEqualTo(inCode);
    }

    private static void collect(Class<?> root, Class<?> group, String prefix, Map<String, String> keys) {
        ConfigMapping.NamingStrategy names =
                root.getAnnotation(ConfigMapping.class).namingStrategy();
        for (Method method : group.getDeclaredMethods()) {
            String key = prefix + names.apply(method.getName());
            Class<?> type = method.getReturnType();
            if (type.isInterface() && root.equals(type.getEnclosingClass())) {
                collect(root, type, key + ".", keys);
            } else {
                WithDefault given = method.getAnnotation(WithDefault.class);
                keys.put(key, given == null ? NO_DEFAULT : given.value());
            }
        }
    }

    private static Map<String, String> inTable(String document, String section) {
        int begin = document.indexOf(section);
        assertThat(begin).as("place of the section '%s'", section.strip()).isNotNegative();
        int end = document.indexOf("\n## ", begin);
        Matcher row = ROW.matcher(document.substring(begin, end < 0 ? document.length() : end));
        Map<String, String> rows = new TreeMap<>();
        while (row.find()) {
            String before = rows.put(row.group(1), row.group(2) == null ? NO_DEFAULT : row.group(2));
            assertThat(before).as("an earlier row of %s", row.group(1)).isNull();
        }
        return rows;
    }
}
