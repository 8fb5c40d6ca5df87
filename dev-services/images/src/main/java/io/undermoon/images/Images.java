package io.undermoon.images;

import io.undermoon.images.ImageRequest.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Writes the images of all services and of the command line. */
public final class Images {
    private Images() {}

    /** Reads the properties {@code images.*} of the root pom. Ends with status 1 and a message if it fails. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try {
            write(ProgramImage.ALL, request(), System.out::println);
        } catch (ImageException e) {
            System.err.println("No image: " + e.getMessage());
            System.exit(1);
        }
    }

    /** Writes one tar for each architecture and program that there is an executable of. */
    static List<Path> write(List<ProgramImage> programs, ImageRequest request, Consumer<String> log)
            throws IOException, InterruptedException {
        Path work = Files.createDirectories(request.output().resolve("work"));
        ImageWriter writer = new ImageWriter(request, work);
        List<Path> tars = new ArrayList<>();
        for (String architecture : request.architectures()) {
            Path base = request.base().atHand(architecture, work);
            for (ProgramImage program : programs) {
                if (!program.build().has(request.kind())) {
                    log.accept("Left out: " + program.name() + ", which has no native executable. Without"
                            + " -Dimages.kind=NATIVE there is an image with a JVM of it");
                    continue;
                }
                Path tar = writer.write(program, architecture, base);
                log.accept("Written: " + tar + " (" + Files.size(tar) / 1_000_000 + " MB)");
                tars.add(tar);
            }
        }
        return tars;
    }

    private static ImageRequest request() {
        Kind kind = Kind.valueOf(property("kind").toUpperCase(Locale.ROOT));
        return new ImageRequest(
                Path.of(property("checkout")),
                Path.of(property("output")),
                kind,
                new BaseImage(property(kind == Kind.NATIVE ? "native-base" : "base")),
                Stream.of(property("architectures").split(","))
                        .map(String::strip)
                        .toList(),
                property("group"),
                property("tag"),
                property("version"),
                Optional.of(property("revision")).filter(revision -> !revision.isBlank()),
                Instant.parse(property("time")),
                Boolean.parseBoolean(property("startup-cache")));
    }

    private static String property(String name) {
        String value = System.getProperty("images." + name);
        if (value == null) {
            throw new ImageException("the property images." + name + " is missing");
        }
        return value;
    }
}
