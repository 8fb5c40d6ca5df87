package io.undermoon.dev.imports.destination;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the destination keeps about an import as a whole, in one hash: what is imported from where, the number of the
 * attempt, how it goes, what it is asked to do, and for each checkpoint the positions of the masters of the source.
 * Thread-safe.
 */
public final class ImportRecord {
    public static final String FROM = "from";
    public static final String SETTINGS = "settings";
    public static final String ATTEMPT = "attempt";
    public static final String STATE = "state";
    public static final String BEAT = "beat";
    public static final String WHO = "who";
    public static final String PROGRESS = "progress";
    public static final String REQUEST = "request";
    public static final String RESULT = "result";
    public static final String FENCE = "fence";
    private static final String CHECKPOINT = "checkpoint:";

    /**
     * Argument: the number of the attempt before. The reply is the number of the new one, or 0 if another was
     * quicker.
     */
    private static final String BEGIN = """
            if (redis.call('HGET', KEYS[1], 'attempt') or '0') ~= ARGV[1] then return 0 end
            redis.call('HSET', KEYS[1], 'attempt', ARGV[2])
            for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
            return 1
            """;

    /** Arguments: the attempt, then fields and values; an empty value removes the field. The reply is the request. */
    private static final String UPDATE = """
            local a = redis.call('HGET', KEYS[1], 'attempt')
            if a ~= ARGV[1] then return 'OTHER ' .. (a or 'none') end
            for i = 2, #ARGV, 2 do
              if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
              else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
            end
            return 'REQUEST ' .. (redis.call('HGET', KEYS[1], 'request') or '')
            """;

    private final Target target;
    private final String key;

    public ImportRecord(Target target, ImportKeys keys) {
        this.target = target;
        this.key = keys.record();
    }

    /** All fields; none where there is no such import. */
    public Map<String, String> read() throws IOException {
        return Replies.pairs(target.call(key, "HGETALL", key));
    }

    /**
     * Begins an attempt.
     *
     * @param before the number in the record; 0 for none
     * @return false if the record has another one by now
     */
    public boolean begin(long before, long attempt, Map<String, String> fields) throws IOException {
        List<Object> words = new ArrayList<>(List.of("EVAL", BEGIN, 1, key, before, attempt));
        fields.forEach((field, value) -> words.addAll(List.of(field, value)));
        return Reply.number(target.call(key, words.toArray())) == 1;
    }

    /**
     * Changes fields on behalf of an attempt; an empty value removes a field.
     *
     * @return what the import is asked to do; empty for nothing
     * @throws TakenOverException if a later attempt has begun
     */
    public String update(long attempt, Map<String, String> fields) throws IOException {
        List<Object> words = new ArrayList<>(List.of("EVAL", UPDATE, 1, key, attempt));
        fields.forEach((field, value) -> words.addAll(List.of(field, value)));
        String reply = Reply.text(target.call(key, words.toArray()));
        if (reply.startsWith(SlotScripts.OTHER)) {
            throw new TakenOverException("the record of the import is that of attempt "
                    + reply.substring(SlotScripts.OTHER.length()) + ", and this is attempt " + attempt);
        }
        return reply.substring("REQUEST ".length());
    }

    /** Asks the import for something; whoever runs it looks several times a second. */
    public void request(String text) throws IOException {
        target.call(key, "HSET", key, REQUEST, text);
    }

    /** The field of a checkpoint. */
    public static String checkpoint(long number) {
        return CHECKPOINT + number;
    }

    /** The checkpoints of a record, by number. */
    public static TreeMap<Long, String> checkpoints(Map<String, String> fields) {
        TreeMap<Long, String> checkpoints = new TreeMap<>();
        fields.forEach((field, value) -> {
            if (field.startsWith(CHECKPOINT)) {
                checkpoints.put(Long.parseLong(field.substring(CHECKPOINT.length())), value);
            }
        });
        return checkpoints;
    }

    /** Whether somebody runs the import, which is seen by its beats. */
    public boolean isRunning() throws IOException {
        String first = read().getOrDefault(BEAT, "");
        for (int i = 0; i < 15; i++) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (!read().getOrDefault(BEAT, "").equals(first)) {
                return true;
            }
        }
        return false;
    }

    /** Removes it, or has it go by itself. */
    public void remove(boolean later) throws IOException {
        RespValue reply = later ? target.call(key, "EXPIRE", key, 7 * 86_400) : target.call(key, "DEL", key);
        Reply.number(reply);
    }

    /** Another process works on the import. */
    public static final class TakenOverException extends IOException {
        private static final long serialVersionUID = 1L;

        public TakenOverException(String message) {
            super(message);
        }

        /** For a person. */
        public LaunchException forUser() {
            return new LaunchException("another process has taken this import over (" + getMessage()
                    + "); this one has ended and will write nothing more");
        }
    }
}
