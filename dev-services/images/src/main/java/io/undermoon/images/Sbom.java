package io.undermoon.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.images.ImageRequest.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/** The bill of materials that Quarkus has written for a service, made the same for each build of the same sources. */
final class Sbom {
    private static final String SUFFIX = "-cyclonedx.json";
    private static final String RUNNER = "quarkus-run";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Sbom() {}

    /** Writes the bill of materials of what is in an image, as of a time and without a number of its own. */
    static void write(Path target, Kind kind, Instant time, Path sbom) throws IOException {
        JsonNode document = JSON.readTree(found(target, kind).toFile());
        if (document instanceof ObjectNode bom) {
            bom.remove("serialNumber");
        }
        if (document.path("metadata") instanceof ObjectNode metadata) {
            metadata.put("timestamp", time.toString());
        }
        Files.write(sbom, JSON.writeValueAsBytes(document));
    }

    private static Path found(Path target, Kind kind) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .filter(file -> file.getFileName().toString().startsWith(RUNNER) == (kind == Kind.JVM))
                    .findFirst()
                    .orElseThrow(() -> new ImageException(target + " has no bill of materials, *" + SUFFIX
                            + ": build the service anew (mvn package)"));
        }
    }
}
