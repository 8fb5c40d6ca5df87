package io.undermoon.broker.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.json.Json;
import io.undermoon.testsupport.NativeNeeds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a native image of the broker has to be told at build time, held to what the code needs. */
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
                .contains("io.undermoon.metadata.Cluster", "io.undermoon.broker.state.Metadata")
                .isSubsetOf(needs.registered());
    }

    @Test
    void nothing_is_looked_up_by_name() {
        assertThat(needs.reflection())
                .as("calls other than that of a filter which runs in the build")
                .containsExactly("io.undermoon.broker.rest.ApiDocument.field -> java.lang.Class.getDeclaredField");
        assertThat(needs.resources()).isEmpty();
    }
}
