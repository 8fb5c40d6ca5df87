package io.undermoon.proxy.server;

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
import org.junit.jupiter.api.Test;

/** Holds docs/configuration.md to {@link ProxyConfig}: the same keys with the same defaults, none missing and none too many. */
class ConfigurationDocTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final String SECTION = "## Proxy\n";
    private static final String NO_DEFAULT = "none";

    /** A row of the table: {@code | `key` | `default` | …}, or {@code none} instead of a default. */
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| (?:`([^`]*)`|none) \\|", Pattern.MULTILINE);

    @Test
    void the_table_has_every_key_with_its_default_and_no_other() throws IOException {
        Map<String, String> inCode = new TreeMap<>();
        collect(ProxyConfig.class, "", inCode);
        assertThat(inTable(Files.readString(DOCUMENT))).isEqualTo(inCode);
    }

    private static void collect(Class<?> mapping, String prefix, Map<String, String> keys) {
        ConfigMapping.NamingStrategy names =
                ProxyConfig.class.getAnnotation(ConfigMapping.class).namingStrategy();
        for (Method method : mapping.getDeclaredMethods()) {
            String key = prefix + names.apply(method.getName());
            Class<?> type = method.getReturnType();
            if (type.isInterface() && ProxyConfig.class.equals(type.getEnclosingClass())) {
                collect(type, key + ".", keys);
            } else {
                WithDefault given = method.getAnnotation(WithDefault.class);
                keys.put(key, given == null ? NO_DEFAULT : given.value());
            }
        }
    }

    private static Map<String, String> inTable(String document) {
        int begin = document.indexOf(SECTION);
        assertThat(begin).as("place of the section '%s'", SECTION.strip()).isNotNegative();
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
