package io.undermoon.dev.backups.restore;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The libraries of functions, which every master has. Those of all snapshots are loaded before anything is replayed,
 * and changes are executed once per shard, which comes to the same. Thread-safe.
 */
final class Functions {
    private final Target target;
    private final Set<String> loaded = new HashSet<>();
    private final List<byte[]> libraries = new ArrayList<>();

    Functions(Target target) {
        this.target = target;
    }

    /** A library of a snapshot. */
    synchronized void add(byte[] code) {
        if (loaded.add(new String(code, StandardCharsets.ISO_8859_1))) {
            libraries.add(code);
        }
    }

    /** Loads what was added since. */
    synchronized void load() throws IOException {
        for (byte[] code : libraries) {
            everywhere(List.of(bytes("FUNCTION"), bytes("LOAD"), bytes("REPLACE"), code), "");
        }
        libraries.clear();
    }

    /** A change of a stream. */
    synchronized void execute(List<byte[]> command) throws IOException {
        load();
        String what = new String(command.get(1), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        byte[] last = command.get(command.size() - 1);
        switch (what) {
            case "load" -> everywhere(List.of(bytes("FUNCTION"), bytes("LOAD"), bytes("REPLACE"), last), "");
            case "delete" -> everywhere(command, "Library not found");
            case "restore" ->
                everywhere(List.of(bytes("FUNCTION"), bytes("RESTORE"), command.get(2), bytes("REPLACE")), "");
            default -> everywhere(command, "");
        }
    }

    private void everywhere(List<byte[]> command, String allowed) throws IOException {
        for (HostPort server : target.owners().all()) {
            try (RedisConnection connection = target.open(server)) {
                if (connection.exchange(List.of(new Command(command))).get(0) instanceof Failure failure
                        && (allowed.isEmpty() || !failure.text().contains(allowed))) {
                    throw new LaunchException(server + " does not take a library of functions: " + failure.text());
                }
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
