package io.undermoon.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs that are run to their end. */
final class Processes {
    private Processes() {}

    /**
     * What a program writes.
     *
     * @throws ImageException if it fails, with what it has written
     */
    static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new ImageException(command.get(0) + " failed with status " + status + ":\n" + output);
        }
        return output;
    }
}
