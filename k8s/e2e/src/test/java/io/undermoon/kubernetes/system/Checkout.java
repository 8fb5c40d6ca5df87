package io.undermoon.kubernetes.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where this build finds what it tests. */
public final class Checkout {
    /** The root directory of the repository. */
    public static final Path ROOT =
            Path.of(System.getProperty("undermoon.checkout", "../..")).toAbsolutePath();

    /** The chart of a system without an operator. */
    public static final Path CHART = ROOT.resolve("k8s/helm/undermoon");

    public static final Path OPERATOR_CHART = ROOT.resolve("k8s/helm/undermoon-operator");
    static final Path SCRIPTS = ROOT.resolve("k8s/e2e/src/test/namespaces");

    private Checkout() {}

    /** The directory of the programs that {@code k8s/e2e/build} makes; empty where the build was not told. */
    public static Optional<Path> programs() {
        return Optional.of(System.getProperty("kubernetes.programs", ""))
                .filter(path -> !path.isEmpty())
                .map(Path::of);
    }

    /**
     * A manifest in the documentation.
     *
     * @param document its path in the repository
     * @param kind of the object that it makes
     */
    public static String manifest(String document, String kind) throws IOException {
        return Pattern.compile("(?s)```yaml\n(.*?)```")
                .matcher(Files.readString(ROOT.resolve(document)))
                .results()
                .map(block -> block.group(1))
                .filter(text -> text.contains("\nkind: " + kind + "\n"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + kind + " in " + document));
    }

    /** The condition of the tests that need one of them. */
    public static boolean hasPrograms() {
        return programs().isPresent();
    }
}
