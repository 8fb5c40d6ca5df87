package io.undermoon.kubernetes.kubelet;

import io.undermoon.kubernetes.kubelet.Sandbox.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The images that there are, by the last part of their names without tag and digest. */
public final class Images {
    /**
     * What is known of an image.
     *
     * @param entryPoint what {@code command} replaces
     * @param arguments what {@code args} replaces, as {@code command} does
     * @param mounts what is in it, beside the programs of this machine
     */
    public record Image(
            List<String> entryPoint, List<String> arguments, Map<String, String> environment, List<Content> mounts) {}

    /** A directory of this machine that is in an image. */
    public record Content(Path source, String target) {
        Mount mount() {
            return new Mount(source, target, true);
        }
    }

    private final Map<String, Image> images;

    public Images(Map<String, Image> images) {
        this.images = Map.copyOf(images);
    }

    Optional<Image> find(String name) {
        String untagged = name.replaceFirst("@.*", "").replaceFirst(":[^/:]*$", "");
        return Optional.ofNullable(images.get(untagged.substring(untagged.lastIndexOf('/') + 1)));
    }
}
