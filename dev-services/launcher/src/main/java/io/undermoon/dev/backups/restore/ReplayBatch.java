package io.undermoon.dev.backups.restore;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.destination.Target.SlotCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Commands of a stream on their way. Those of one slot are executed by one script, in order, so what an error leaves is
 * known; and scripts see values as the nodes keep them, so nothing is compressed a second time. Not thread-safe.
 */
final class ReplayBatch {
    private static final int MAX_COMMANDS = 1000;
    private static final int MAX_BYTES = 1 << 20;

    /** A proxy has keys that a migration left over removed whatever their slots; so each key is removed by itself. */
    static final Set<String> REMOVALS = Set.of("del", "unlink");

    /** What Lua takes apart at once is limited to some 8,000 values. */
    static final int MAX_WORDS = 4000;

    /** Arguments: for each command the number of its words, then these. */
    private static final String SCRIPT = """
            local i = 1
            while i <= #ARGV do
              local n = tonumber(ARGV[i])
              local r = redis.pcall(unpack(ARGV, i + 1, i + n))
              if type(r) == 'table' and r.err then
                return redis.error_reply('ERR the backup has ' .. ARGV[i + 1] .. ', which failed: ' .. r.err)
              end
              i = i + n + 1
            end
            return 'DONE'
            """;

    private static final class Slot {
        private final Map<Text, byte[]> keys = new LinkedHashMap<>();
        private final List<Object> words = new ArrayList<>();
    }

    /** The bytes of a key, compared by value. */
    private record Text(ByteBuffer bytes) {}

    private final Map<Integer, Slot> slots = new LinkedHashMap<>();
    private int commands;
    private long bytes;

    /** Whether a command has to be executed by itself. */
    static boolean isTooLong(List<byte[]> command) {
        return command.size() > MAX_WORDS;
    }

    void add(int slot, List<byte[]> keys, List<byte[]> command) {
        Slot place = slots.computeIfAbsent(slot, number -> new Slot());
        keys.forEach(key -> place.keys.put(new Text(ByteBuffer.wrap(key)), key));
        place.words.add(command.size());
        place.words.addAll(command);
        commands++;
        command.forEach(word -> bytes += word.length + 16);
    }

    boolean isFull() {
        return commands >= MAX_COMMANDS || bytes >= MAX_BYTES;
    }

    boolean isEmpty() {
        return commands == 0;
    }

    int commands() {
        return commands;
    }

    /** All that was added, which is taken away. */
    List<SlotCommand> take() {
        List<SlotCommand> scripts = new ArrayList<>();
        for (Map.Entry<Integer, Slot> entry : slots.entrySet()) {
            Slot slot = entry.getValue();
            List<Object> words = new ArrayList<>(List.of("EVAL", SCRIPT, slot.keys.size()));
            words.addAll(slot.keys.values());
            words.addAll(slot.words);
            scripts.add(new SlotCommand(entry.getKey(), Command.of(words.toArray())));
        }
        slots.clear();
        commands = 0;
        bytes = 0;
        return scripts;
    }
}
