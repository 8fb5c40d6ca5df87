package io.undermoon.dev.imports.destination;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What is executed in the destination. Every script touches one slot and compares its marker first, so whatever is
 * late, comes twice or comes from a former attempt changes nothing.
 */
public final class SlotScripts {
    /** The marker was as expected, or the batch had been executed before. */
    public static final String DONE = "DONE";

    /** Followed by the marker that is there: the batch was not executed. */
    public static final String OTHER = "OTHER ";

    /** Begins the error of a value that the destination does not take; the name of the key is not in it. */
    public static final String NOT_TAKEN = "NOTTAKEN ";

    /**
     * Keys: the marker, then those of the batch. Arguments: the old and the new marker, then expiry time and value of
     * each.
     */
    private static final String WRITE = """
            local m = redis.call('GET', KEYS[1])
            if m ~= ARGV[1] then
              if m == ARGV[2] then return 'DONE' end
              return 'OTHER ' .. (m or 'none')
            end
            for i = 2, #KEYS do
              local v = ARGV[2 * i]
              if v == '' then
                redis.call('UNLINK', KEYS[i])
              else
                local r = redis.pcall('RESTORE', KEYS[i], ARGV[2 * i - 1], v, 'REPLACE', 'ABSTTL')
                if r.err then return redis.error_reply('NOTTAKEN ' .. (i - 2) .. ' ' .. r.err) end
              end
            end
            redis.call('SET', KEYS[1], ARGV[2])
            return 'DONE'
            """;

    /** Keys: the marker. Argument: the attempt that takes the slot over. The reply is the marker that is there then. */
    private static final String TAKE = """
            local m = redis.call('GET', KEYS[1])
            local checkpoint = '0'
            if m then
              local a, c = string.match(m, '^(%d+):(%d+):')
              if a and tonumber(a) > tonumber(ARGV[1]) then return 'OTHER ' .. m end
              checkpoint = c or '0'
            end
            local new = ARGV[1] .. ':' .. checkpoint .. ':0'
            redis.call('SET', KEYS[1], new)
            return new
            """;

    /** The sum by which the script of batches is called. */
    public static final String WRITE_SUM = sum(WRITE);

    private SlotScripts() {}

    private static String sum(String script) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has the destination know the script of batches. */
    public static Command load() {
        return Command.of("SCRIPT", "LOAD", WRITE);
    }

    /**
     * Writes a batch.
     *
     * @param known whether the destination should know the script
     */
    public static Command write(ImportKeys keys, SlotBatch batch, boolean known) {
        List<Object> words = new ArrayList<>(2 * batch.entries().size() + 8);
        words.add(known ? "EVALSHA" : "EVAL");
        words.add(known ? WRITE_SUM : WRITE);
        words.add(batch.entries().size() + 1);
        words.add(keys.marker(batch.slot()));
        batch.entries().forEach(entry -> words.add(entry.key()));
        words.add(batch.before());
        words.add(batch.after());
        for (SlotBatch.Entry entry : batch.entries()) {
            words.add(entry.expiresMillis());
            words.add(entry.dump());
        }
        return Command.of(words.toArray());
    }

    /** Takes a slot over. */
    public static Command take(ImportKeys keys, int slot, long attempt) {
        return Command.of("EVAL", TAKE, 1, keys.marker(slot), attempt);
    }

    /** Reads the markers of all slots in order. */
    public static List<Command> read(ImportKeys keys) {
        List<Command> commands = new ArrayList<>(Slot.COUNT);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            commands.add(Command.of("GET", keys.marker(slot)));
        }
        return commands;
    }
}
