package io.undermoon.system.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A directory that a package tool fills, and that stays in the user's cache for the builds after this one: below {@code
 * $XDG_CACHE_HOME/undermoon/clients}, else {@code ~/.cache/undermoon/clients}. There is one for each content of the
 * file that says what belongs into it, and each version of the tool.
 *
 * @param name the name under which programs find it beside them
 * @param keyFile what has to be in it, beside the sources of the programs
 * @param tool what fills it
 */
record Kept(String name, String keyFile, String tool) {
    private static final int SHOWN_DIGITS = 16;

    /** A kept directory that no other process fills meanwhile. */
    record Held(Path directory, FileChannel lock) implements AutoCloseable {
        /** Whether it was filled before. */
        boolean isComplete() {
            return Files.exists(marker());
        }

        void complete() throws IOException {
            Files.writeString(marker(), "");
        }

        private Path marker() {
            return directory.resolveSibling(directory.getFileName() + ".complete");
        }

        @Override
        public void close() throws IOException {
            lock.close();
        }
    }

    /**
     * Waits until no other process has it.
     *
     * @param key what it depends on
     * @param programs the directory that it is to be found in, too
     */
    Held hold(List<String> key, Path programs) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(key);
        all.add(versionOfTool());
        Path directory = cache().resolve(tool + "-" + digest(String.join("\n", all)));
        Files.createDirectories(directory);
        FileChannel lock = FileChannel.open(
                directory.resolveSibling(directory.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        lock.lock();
        Path link = programs.resolve(name);
        if (!Files.isSymbolicLink(link) || !Files.readSymbolicLink(link).equals(directory)) {
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, directory);
        }
        return new Held(directory, lock);
    }

    private static Path cache() {
        String caches = System.getenv("XDG_CACHE_HOME");
        Path root = caches == null || caches.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(caches);
        return root.resolve("undermoon").resolve("clients");
    }

    private String versionOfTool() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(tool, "--version").redirectErrorStream(true).start();
        String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return version;
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, SHOWN_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
