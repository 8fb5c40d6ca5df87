package io.undermoon.proxy.client;

import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.command.MemorySize;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * {@code client-output-buffer-limit}: a limit for each client class.
 *
 * @param normal clients without subscriptions. The proxy stops reading from them while they do not read their replies,
 *     so they need no limit
 * @param replica accepted because tools set all classes at once; a proxy has no replicas
 * @param pubsub clients with subscriptions
 */
public record OutputLimits(OutputLimit normal, OutputLimit replica, OutputLimit pubsub) {
    private static final int PARTS = 4;

    /** The default values of Redis. */
    public static final OutputLimits DEFAULT = new OutputLimits(
            new OutputLimit(0, 0, 0),
            new OutputLimit(256L << 20, 64L << 20, 60),
            new OutputLimit(32L << 20, 8L << 20, 60));

    /**
     * Replaces some of the limits.
     *
     * @param text {@code <class> <hard> <soft> <soft seconds>}, once or several times, sizes with or without a unit
     * @throws IllegalArgumentException the text is malformed; the message has the wording of Redis
     */
    public OutputLimits with(String text) {
        String[] words = text.strip().split("\\s+", -1);
        if (words.length % PARTS != 0) {
            throw new IllegalArgumentException("Wrong number of arguments in buffer limit configuration.");
        }
        OutputLimits result = this;
        for (int i = 0; i < words.length; i += PARTS) {
            OutputLimit limit = new OutputLimit(size(words[i + 1]), size(words[i + 2]), number(words[i + 3]));
            result = switch (words[i].toLowerCase(Locale.ROOT)) {
                case "normal" -> new OutputLimits(limit, result.replica, result.pubsub);
                case "replica", "slave" -> new OutputLimits(result.normal, limit, result.pubsub);
                case "pubsub" -> new OutputLimits(result.normal, result.replica, limit);
                default ->
                    throw new IllegalArgumentException("Invalid client class specified in buffer limit configuration.");
            };
        }
        return result;
    }

    private static long size(String word) {
        return MemorySize.parse(word).orElseThrow(OutputLimits::unreadable);
    }

    private static long number(String word) {
        OptionalLong number = Integers.parse(word);
        if (number.isEmpty() || number.getAsLong() < 0) {
            throw unreadable();
        }
        return number.getAsLong();
    }

    private static IllegalArgumentException unreadable() {
        return new IllegalArgumentException(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    }

    /** The format of {@code CONFIG GET}. */
    @Override
    public String toString() {
        return "normal " + normal + " slave " + replica + " pubsub " + pubsub;
    }
}
