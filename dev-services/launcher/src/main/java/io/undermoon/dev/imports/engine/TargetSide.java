package io.undermoon.dev.imports.engine;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.source.KeyScan;
import io.undermoon.dev.imports.source.SourceReader;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.SlotOwners;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Array;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is done at the destination beside writing batches. */
final class TargetSide {
    private static final int AT_ONCE = 1000;

    private final ImportPlan plan;
    private final Target target;

    TargetSide(ImportPlan plan, Target target) {
        this.plan = plan;
        this.target = target;
    }

    /** The number of keys that it has. */
    long keys() throws IOException {
        long keys = 0;
        for (HostPort server : target.owners().all()) {
            try (RedisConnection connection = target.open(server)) {
                keys += Reply.number(connection.demand("DBSIZE"));
            }
        }
        return keys;
    }

    /**
     * Finds keys that the source does not have. Slots that change their place meanwhile have it begin anew.
     *
     * @param mine which slots are looked at
     */
    void findSurplus(java.util.function.IntPredicate mine, SourceReader source, SourceSide.KeySink surplus)
            throws IOException {
        while (true) {
            SlotOwners before = target.owners();
            for (HostPort server : before.all()) {
                try (RedisConnection connection = target.open(server)) {
                    KeyScan scan = new KeyScan(connection);
                    while (scan.hasNext()) {
                        List<byte[]> keys = scan.next().stream()
                                .filter(key -> plan.wants(key) && mine.test(Slot.of(key)))
                                .toList();
                        surplus.take(absent(keys, source));
                    }
                }
            }
            target.refresh();
            if (target.owners().equals(before)) {
                return;
            }
        }
    }

    /** Of some keys, those that the source does not have. */
    void findSurplus(List<byte[]> keys, SourceReader source, SourceSide.KeySink surplus) throws IOException {
        for (int from = 0; from < keys.size(); from += AT_ONCE) {
            surplus.take(absent(keys.subList(from, Math.min(keys.size(), from + AT_ONCE)), source));
        }
    }

    private static List<byte[]> absent(List<byte[]> keys, SourceReader source) throws IOException {
        List<Boolean> exist = source.exist(keys);
        List<byte[]> absent = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (!exist.get(i)) {
                absent.add(keys.get(i));
            }
        }
        return absent;
    }

    /** Copies the libraries of functions; those that only the destination has stay. */
    void copyFunctions(RedisConnection master) throws IOException {
        RespValue reply = master.call("FUNCTION", "LIST", "WITHCODE");
        if (reply instanceof Failure failure) {
            String text = failure.text().toLowerCase(Locale.ROOT);
            if (text.contains("unknown command")) {
                return;
            }
            throw new LaunchException("the source does not tell its functions: " + failure.text());
        }
        for (RespValue library : Reply.items(reply)) {
            if (library instanceof Array fields) {
                for (int i = 0; i + 1 < fields.items().size(); i += 2) {
                    if (Reply.text(fields.items().get(i)).equals("library_code")) {
                        load(Reply.bytes(fields.items().get(i + 1)));
                    }
                }
            }
        }
    }

    private void load(byte[] code) throws IOException {
        for (HostPort server : target.owners().all()) {
            try (RedisConnection connection = target.open(server)) {
                if (connection.call("FUNCTION", "LOAD", "REPLACE", code) instanceof Failure failure) {
                    throw new LaunchException(
                            "the destination does not take a library of functions: " + failure.text());
                }
            }
        }
    }
}
