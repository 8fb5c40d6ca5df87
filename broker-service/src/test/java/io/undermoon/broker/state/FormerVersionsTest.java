package io.undermoon.broker.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.undermoon.broker.testing.Golden;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Metadata files as versions that have been released write them. A file is never changed; each release adds one, which
 * has every member that its version knows.
 */
class FormerVersionsTest {
    @ParameterizedTest
    @ValueSource(strings = "metadata-0.1.json")
    void is_read_and_nothing_of_it_is_lost(String file) throws IOException {
        byte[] stored = Golden.bytes("versions/" + file);
        Metadata metadata = MetadataJson.read(stored);

        ObjectMapper json = new ObjectMapper();
        assertThat(json.readTree(MetadataJson.write(metadata))).isEqualTo(json.readTree(stored));
    }
}
