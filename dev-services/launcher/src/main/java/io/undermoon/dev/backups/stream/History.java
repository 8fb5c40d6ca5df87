package io.undermoon.dev.backups.stream;

import io.undermoon.dev.backups.store.DamagedFileException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * What one master has executed, from its snapshot up to an offset, as files.
 *
 * @param files one after the other
 * @param fromOffset at which the first one begins
 * @param toOffset beyond which nothing counts; a transaction that is not whole by then does not count either
 */
public record History(List<Path> files, long fromOffset, long toOffset) {
    /** The database of clients; proxies keep their own keys in another one. */
    private static final String CLIENTS_DATABASE = "0";

    /** Of the connection, and messages. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("ping", "replconf", "select", "multi", "exec", "publish", "spublish", "script");

    private static final Set<String> BETWEEN_DATABASES = Set.of("swapdb", "move");

    public History {
        files = List.copyOf(files);
    }

    /** Takes commands. */
    public interface Sink {
        /**
         * @param name in lower case
         * @param offset at which it ends
         */
        void command(String name, List<byte[]> command, long offset) throws IOException, InterruptedException;
    }

    /**
     * What is in it.
     *
     * @param commands with an effect on keys, after the flush if there is one
     * @param flushOffset of the last command that removed all keys; -1 for none
     */
    public record Summary(long commands, long flushOffset) {}

    /** Gives the commands that had an effect on the clients' database, after an offset, in order. */
    public void replay(long afterOffset, Sink sink) throws IOException, InterruptedException {
        List<InputStream> inputs = new ArrayList<>();
        try {
            for (Path file : files) {
                inputs.add(Files.newInputStream(file));
            }
            InputStream all = new BufferedInputStream(new SequenceInputStream(Collections.enumeration(inputs)));
            read(new CommandStream(all, fromOffset), afterOffset, sink);
        } finally {
            for (InputStream input : inputs) {
                input.close();
            }
        }
    }

    private record Executed(String name, List<byte[]> command, long offset) {}

    private void read(CommandStream stream, long afterOffset, Sink sink) throws IOException, InterruptedException {
        String database = CLIENTS_DATABASE;
        boolean transaction = false;
        List<Executed> open = new ArrayList<>();
        List<byte[]> command = stream.next();
        while (command != null && stream.offset() <= toOffset) {
            String name = CommandStream.name(command);
            switch (name) {
                case "select" -> database = text(command, 1);
                case "multi" -> transaction = true;
                case "exec" -> transaction = false;
                default -> {
                    boolean counts = database.equals(CLIENTS_DATABASE) || name.equals("flushall");
                    if (counts && !WITHOUT_EFFECT.contains(name) && stream.offset() > afterOffset) {
                        open.add(new Executed(name, command, stream.offset()));
                    }
                }
            }
            if (!transaction) {
                for (Executed executed : open) {
                    if (BETWEEN_DATABASES.contains(executed.name())) {
                        throw new DamagedFileException("the stream has " + executed.name() + " at offset "
                                + executed.offset() + ", which changes several databases and cannot be restored");
                    }
                    sink.command(executed.name(), executed.command(), executed.offset());
                }
                open.clear();
            }
            command = stream.next();
        }
    }

    private static String text(List<byte[]> command, int index) {
        return index < command.size() ? new String(command.get(index), StandardCharsets.UTF_8) : "";
    }

    /** Reads all of it. */
    public Summary summary() throws IOException, InterruptedException {
        long[] found = {0, -1};
        replay(fromOffset - 1, (name, command, offset) -> {
            if (isFlush(name)) {
                found[0] = 0;
                found[1] = offset;
            } else {
                found[0]++;
            }
        });
        return new Summary(found[0], found[1]);
    }

    /** Whether a command removes all keys. */
    public static boolean isFlush(String name) {
        return name.equals("flushall") || name.equals("flushdb");
    }
}
