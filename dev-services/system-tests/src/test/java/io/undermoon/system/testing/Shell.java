package io.undermoon.system.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A bash to which commands are given as a user types them: variables and background jobs stay from one to the next. */
public final class Shell implements AutoCloseable {
    private static final String END = "@@ended with ";
    private static final int TIMEOUT_SECONDS = 120;

    private final Process process;
    private final Writer input;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    public Shell(Path directory, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "--norc", "--noprofile")
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        process = builder.start();
        input = process.outputWriter(UTF_8);
        Thread reader = new Thread(this::read, "shell-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * What became of a command.
     *
     * @param output of the command, and of jobs in the background meanwhile
     */
    public record Result(int exitCode, String output) {}

    /** Runs a command to its end. */
    public Result run(String command) throws IOException, InterruptedException {
        input.write("{\n" + command + "\n} </dev/null\nprintf '\\n" + END + "%s\\n' \"$?\"\n");
        input.flush();
        StringBuilder output = new StringBuilder();
        while (true) {
            String line = lines.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no output for " + TIMEOUT_SECONDS + " s: " + command + "\n" + output);
            }
            if (line.startsWith(END)) {
                return new Result(Integer.parseInt(line.substring(END.length())), withoutLastLineEnd(output));
            }
            output.append(line).append('\n');
        }
    }

    /** One is ours, unless the command's last line had none. */
    private static String withoutLastLineEnd(StringBuilder output) {
        String text = output.toString();
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                lines.add(line);
                line = reader.readLine();
            }
        } catch (IOException e) {
            lines.add("cannot read the output: " + e);
        }
    }

    /** Ends it and its jobs; those that have become daemons go on. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
