package io.undermoon.dev.imports.destination;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.time.Duration;
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

    /** What a cut-over waits for: the id of the request, and words; {@link #STARTED} instead of them when it begins. */
    public static final String WAITING = "waiting";

    public static final String STARTED = "started";
    private static final String CHECKPOINT = "checkpoint:";
    private static final long LOOK_MILLIS = 200;

    /**
     * Arguments: the number of the attempt before, that of the new one, then fields and values. The reply is the
     * number that is there then; the same if it is sent twice because a reply was lost.
     */
    private static final String BEGIN = """
            local a = redis.call('HGET', KEYS[1], 'attempt') or '0'
            if a ~= ARGV[1] then return a end
            redis.call('HSET', KEYS[1], 'attempt', ARGV[2])
            for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
            return ARGV[2]
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

    /** Arguments: a request, and what is there when it is carried out already. The reply is 1 if it is taken back. */
    private static final String WITHDRAW = """
            if redis.call('HGET', KEYS[1], 'waiting') == ARGV[2] then return 0 end
            if redis.call('HGET', KEYS[1], 'request') == ARGV[1] then
              redis.call('HDEL', KEYS[1], 'request', 'waiting')
            end
            return 1
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
     * @param attempt a higher one that nobody else chooses
     * @throws TakenOverException if another process has begun one
     * @throws IOException also if the record has lost the former attempt
     */
    public void begin(long before, long attempt, Map<String, String> fields) throws IOException {
        List<Object> words = new ArrayList<>(List.of("EVAL", BEGIN, 1, key, before, attempt));
        fields.forEach((field, value) -> words.addAll(List.of(field, value)));
        String found = Reply.text(target.call(key, words.toArray()));
        if (!found.equals(String.valueOf(attempt))) {
            throw other(found, before);
        }
    }

    /**
     * The record is that of another attempt: of a later one, which shuts this one out, or of a former one or of none,
     * because the destination has lost what was written last.
     */
    private static IOException other(String found, long attempt) {
        String text = "the record of the import is that of attempt " + found + ", and this is attempt " + attempt;
        boolean isLater = found.matches("[0-9]{1,18}") && Long.parseLong(found) > attempt;
        return isLater ? new TakenOverException(text) : new IOException(text + "; the destination has lost something");
    }

    /**
     * Changes fields on behalf of an attempt; an empty value removes a field.
     *
     * @return what the import is asked to do; empty for nothing
     * @throws TakenOverException if a later attempt has begun
     * @throws IOException also if the record has lost this attempt
     */
    public String update(long attempt, Map<String, String> fields) throws IOException {
        List<Object> words = new ArrayList<>(List.of("EVAL", UPDATE, 1, key, attempt));
        fields.forEach((field, value) -> words.addAll(List.of(field, value)));
        String reply = Reply.text(target.call(key, words.toArray()));
        if (reply.startsWith(SlotScripts.OTHER)) {
            throw other(reply.substring(SlotScripts.OTHER.length()), attempt);
        }
        return reply.substring("REQUEST ".length());
    }

    /** Asks the import for something; whoever runs it looks several times a second. */
    public void request(String text) throws IOException {
        target.call(key, "HSET", key, REQUEST, text);
    }

    /** Takes a request back. Returns false if it is being carried out, so that an answer will come. */
    public boolean withdraw(String id, String text) throws IOException {
        return Reply.number(target.call(key, "EVAL", WITHDRAW, 1, key, text, id + " " + STARTED)) == 1;
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

    /** Whether somebody runs the import, which is seen by its beats within some time. */
    public boolean isRunning(Duration patience) throws IOException {
        String first = read().getOrDefault(BEAT, "");
        for (long i = 0; i < patience.toMillis() / LOOK_MILLIS; i++) {
            try {
                Thread.sleep(LOOK_MILLIS);
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
