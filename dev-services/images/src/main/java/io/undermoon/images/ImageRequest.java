package io.undermoon.images;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which images are to be written, and of what.
 *
 * @param checkout the root of the repository, which has been built
 * @param output the directory of the tars
 * @param kind of the executables in the images
 * @param base what they are built on
 * @param architectures one tar each
 * @param group the first part of the images' names, such as {@code undermoon} or {@code registry.example.org/undermoon}
 * @param tag the last part of the images' names
 * @param version of the sources
 * @param revision of the sources, where it is known
 * @param time of creation that the images have, and all files in them
 * @param startupCache whether JVM images for this machine's architecture get a startup cache
 */
record ImageRequest(
        Path checkout,
        Path output,
        Kind kind,
        BaseImage base,
        List<String> architectures,
        String group,
        String tag,
        String version,
        Optional<String> revision,
        Instant time,
        boolean startupCache) {
    /** What runs in an image. */
    enum Kind {
        JVM,
        NATIVE
    }

    ImageRequest {
        architectures = List.copyOf(architectures);
    }
}
