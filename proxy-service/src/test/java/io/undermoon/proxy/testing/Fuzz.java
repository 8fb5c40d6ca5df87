package io.undermoon.proxy.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Random input of every kind; a character stands for a byte. The same seed always makes the same. */
public final class Fuzz {
    /**
     * The system property with the number of seconds that each fuzz test runs; by default each has a short time of its
     * own.
     */
    public static final String SECONDS = "undermoon.fuzz.seconds";

    /** The system property with the first seed, to begin with one that failed. */
    public static final String SEED = "undermoon.fuzz.seed";

    private static final String[] WORDS = {
        "GET", "set", "k", "{t}", "*3\r\n", "$-1\r\n", "\r\n", "", "\0", "\377", "'", "\""
    };

    private Fuzz() {}

    /** Calls the test with one seed after the other until its time is up, and names the seed at which it failed. */
    public static void run(int seconds, Consumer<SplittableRandom> test) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.getInteger(SECONDS, seconds));
        for (long seed = Long.getLong(SEED, 1); seed == Long.getLong(SEED, 1) || System.nanoTime() < end; seed++) {
            try {
                test.accept(new SplittableRandom(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with -D" + SEED + "=" + seed, e);
            }
        }
    }

    /** A valid command, as an array or inline; its arguments are added to those expected. */
    public static String command(SplittableRandom random, List<List<String>> expected) {
        List<String> arguments = IntStream.range(0, random.nextInt(1, 5))
                .mapToObj(i -> WORDS[random.nextInt(WORDS.length)])
                .toList();
        expected.add(arguments);
        String empty =
                random.nextInt(4) == 0 ? List.of("\r\n", "*0\r\n", "*-1\r\n").get(random.nextInt(3)) : "";
        return empty + (random.nextInt(4) == 0 ? inline(arguments) : array(arguments));
    }

    /** An array of bulk strings. */
    public static String array(List<String> arguments) {
        StringBuilder command = new StringBuilder("*" + arguments.size() + "\r\n");
        for (String argument : arguments) {
            command.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        return command.toString();
    }

    private static String inline(List<String> arguments) {
        StringBuilder line = new StringBuilder();
        for (String argument : arguments) {
            line.append('"');
            argument.chars().forEach(c -> line.append(String.format("\\x%02x", c)));
            line.append("\" ");
        }
        return line.append("\r\n").toString();
    }

    /** Valid commands. */
    public static String commands(SplittableRandom random, int count) {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < count; i++) {
            input.append(command(random, new ArrayList<>()));
        }
        return input.toString();
    }

    /** A valid reply of RESP2 or RESP3. */
    public static String reply(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 14 : 8)) {
            case 0 -> (random.nextBoolean() ? "+" : "-") + "s".repeat(random.nextInt(20)) + "\r\n";
            case 1 -> ":" + random.nextInt() + "\r\n";
            case 2 -> random.nextBoolean() ? "$-1\r\n" : "*-1\r\n";
            case 3 -> "_\r\n";
            case 4 -> "#t\r\n";
            case 5 -> "," + random.nextDouble() + "\r\n";
            case 6 -> "(" + random.nextLong() + "0\r\n";
            case 7 -> {
                String body = noise(random, 30);
                yield "$=!".charAt(random.nextInt(3)) + "" + body.length() + "\r\n" + body + "\r\n";
            }
            case 8, 9 -> aggregate(random, depth, '*', 1, 0);
            case 10 -> aggregate(random, depth, '~', 1, 0);
            case 11 -> aggregate(random, depth, '%', 2, 0);
            case 12 -> aggregate(random, depth, '>', 1, 0);
            default -> aggregate(random, depth, '|', 2, 1);
        };
    }

    private static String aggregate(SplittableRandom random, int depth, char type, int step, int following) {
        int elements = random.nextInt(4);
        StringBuilder reply = new StringBuilder().append(type).append(elements).append("\r\n");
        for (int i = step * elements + following; i > 0; i--) {
            reply.append(reply(random, depth - 1));
        }
        return reply.toString();
    }

    /** Random bytes, up to a number of them. */
    public static String noise(SplittableRandom random, int max) {
        StringBuilder noise = new StringBuilder();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            noise.append((char)
                    (random.nextInt(3) == 0
                            ? "*$\r\n:+-0123456789%|~>".charAt(random.nextInt(20))
                            : random.nextInt(256)));
        }
        return noise.toString();
    }

    /** The input with a few bytes changed, left out, put in, doubled or cut off. */
    public static String spoilt(SplittableRandom random, String input) {
        StringBuilder text = new StringBuilder(input);
        for (int i = random.nextInt(1, 5); i > 0 && text.length() > 1; i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + random.nextInt(1, 12));
            switch (random.nextInt(6)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.setCharAt(at, (char) (text.charAt(at) ^ 1 << random.nextInt(8)));
                case 2 -> text.delete(at, to);
                case 3 -> text.insert(at, noise(random, 8));
                case 4 -> text.insert(at, text.substring(at, to));
                default -> text.setLength(at);
            }
        }
        return text.toString();
    }

    /** Cuts before each byte of an input of this length. */
    public static int[] everywhere(int length) {
        return IntStream.range(0, length).toArray();
    }
}
