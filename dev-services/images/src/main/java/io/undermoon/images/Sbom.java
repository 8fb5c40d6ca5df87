package io.undermoon.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/** The bill of materials that the build of a program has written, made the same for each build of the same sources. */
final class Sbom {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Sbom() {}

    /**
     * Writes the bill of materials of what is in an image, as of a time and without a number of its own.
     *
     * @param ending of the name of the file in the directory of the build
     */
    static void write(Path target, String ending, Instant time, Path sbom) throws IOException {
        JsonNode document = JSON.readTree(found(target, ending).toFile());
        if (document instanceof ObjectNode bom) {
            bom.remove("serialNumber");
        }
        if (document.path("metadata") instanceof ObjectNode metadata) {
            metadata.put("timestamp", time.toString());
        }
        Files.write(sbom, JSON.writeValueAsBytes(document));
    }

    private static Path found(Path target, String ending) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow(() -> new ImageException(target + " has no bill of materials, *" + ending
                            + ": build everything anew (mvn package)"));
        }
    }
}
