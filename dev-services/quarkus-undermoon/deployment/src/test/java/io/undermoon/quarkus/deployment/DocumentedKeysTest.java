package io.undermoon.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.ConfigMapping.NamingStrategy;
import io.smallrye.config.WithDefault;
import io.undermoon.quarkus.deployment.UndermoonBuildTimeConfig.DevServices;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of keys in docs/developing-applications.md has all keys, with their defaults. */
class DocumentedKeysTest {
    private static final Path GUIDE = Path.of("../../../docs/developing-applications.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `([^`]+)` \\| (?:`([^`]+)`|(none)) \\|", Pattern.MULTILINE);

    @Test
    void the_guide_describes_every_key() throws IOException {
        Map<String, String> keys = new TreeMap<>();
        for (Method method : DevServices.class.getDeclaredMethods()) {
            WithDefault given = method.getAnnotation(WithDefault.class);
            keys.put(NamingStrategy.KEBAB_CASE.apply(method.getName()), given == null ? "none" : given.value());
        }
        Map<String, String> rows = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(GUIDE));
        while (row.find()) {
            rows.put(row.group(1), row.group(2) == null ? row.group(3) : row.group(2));
        }

        assertThat(rows).isEqualTo(keys);
    }
}
