package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.json.Json;
import io.undermoon.testsupport.NativeNeeds;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a native image of the proxy has to be told at build time, held to what the code needs. */
class NativeReflectionTest {
    private static final List<Path> CLASSES =
            List.of(Path.of("target/classes"), Path.of("../shared-model/target/classes"));

    private static NativeNeeds needs;

    @BeforeAll
    static void read() throws Exception {
        needs = NativeNeeds.of(Json.mapper(), CLASSES);
    }

    @Test
    void every_type_of_json_is_registered() throws Exception {
        assertThat(needs.json())
                .contains("io.undermoon.metadata.Proxy", "io.undermoon.umctl.CompressedCluster")
                .isSubsetOf(needs.registered());
    }

    @Test
    void files_on_the_class_path_are_included_and_nothing_is_looked_up_by_name() throws Exception {
        Properties application = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            application.load(reader);
        }
        assertThat(needs.resources())
                .containsExactlyInAnyOrder(application
                        .getProperty("quarkus.native.resources.includes")
                        .split(","));
        assertThat(needs.reflection()).isEmpty();
    }
}
