package io.undermoon.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/**
 * What an image is built on, before anything of it is at hand.
 *
 * @param text as it was given: a reference with a digest to an image in a registry, {@code tar:} and the path of a tar,
 *     or {@code jdk:} and the directory of a JDK of this machine
 */
record BaseImage(String text) {
    private static final String TAR = "tar:";
    private static final String JDK = "jdk:";
    private static final Pattern PINNED = Pattern.compile(".+@sha256:[0-9a-f]{64}");

    BaseImage {
        if (!text.startsWith(TAR)
                && !text.startsWith(JDK)
                && !PINNED.matcher(text).matches()) {
            throw new ImageException(
                    "the base image \"" + text + "\" has no digest. Name it as name:tag@sha256:…, or as"
                            + " tar:/path/of/an/image.tar, or, for images with a JVM, as jdk:/directory/of/a/jdk");
        }
    }

    /** What the labels say of it. A tar has no name of its own. */
    Map<String, String> labels() {
        int at = text.lastIndexOf('@');
        return PINNED.matcher(text).matches()
                ? Map.of(
                        "org.opencontainers.image.base.name", text.substring(0, at),
                        "org.opencontainers.image.base.digest", text.substring(at + 1))
                : Map.of();
    }

    /**
     * The image in a tar of this machine: where it was given, or else written below a directory.
     *
     * @throws ImageException if it cannot be had, with what to do about that
     */
    Path atHand(String architecture, Path directory) throws IOException, InterruptedException {
        if (text.startsWith(TAR)) {
            return given(Path.of(text.substring(TAR.length())), architecture);
        }
        if (text.startsWith(JDK)) {
            Path tar = directory.resolve("base-jdk-" + architecture + ".tar");
            new LocalRuntime(Path.of(text.substring(JDK.length()))).writeImage(architecture, tar);
            return tar;
        }
        Path tar = directory.resolve("base-" + text.substring(text.length() - 64) + "-" + architecture + ".tar");
        if (!Files.exists(tar)) {
            fetch(architecture, tar);
        }
        return tar;
    }

    private static Path given(Path tar, String architecture) {
        String actual = ImageArchive.open(tar).architecture();
        if (!actual.equals(architecture)) {
            throw new ImageException("the base image " + tar + " is for " + actual + ", and not for " + architecture
                    + ": choose another one, or -Dimages.architectures=" + actual);
        }
        return tar;
    }

    private void fetch(String architecture, Path tar) throws IOException, InterruptedException {
        try {
            Jib.from(text)
                    .addPlatform(architecture, "linux")
                    .containerize(Containerizer.to(TarImage.at(tar).named("base"))
                            .setBaseImageLayersCache(tar.resolveSibling("base-layers")));
        } catch (RegistryException | ExecutionException | IOException e) {
            throw new ImageException("""
                    the base image %s cannot be fetched: %s
                    Either make its registry reachable, or use an image that is at hand:
                      -Dimages.base=tar:/path/of/image.tar
                        as `docker save` writes it; it needs JAVA_HOME in its environment
                      -Dimages.base=jdk:/directory/of/a/jdk
                        a JDK of this machine, for images to try out on this architecture
                    For native executables it is images.native-base, and a tar.""".formatted(text, rootCause(e)), e);
        } catch (InvalidImageReferenceException | CacheDirectoryCreationException e) {
            throw new ImageException("the base image " + text + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
