package io.undermoon.metadata;

/**
 * The version of a view of the metadata. Epochs only increase; of two views the one with the higher epoch is valid.
 *
 * @param value {@code >= 0}; 0 in a service that has received no metadata yet
 */
public record Epoch(long value) implements Comparable<Epoch> {
    public static final Epoch ZERO = new Epoch(0);

    public Epoch {
        if (value < 0) {
            throw new IllegalArgumentException("epoch " + value + " is negative");
        }
    }

    public Epoch next() {
        return new Epoch(Math.addExact(value, 1));
    }

    public boolean isAfter(Epoch other) {
        return value > other.value;
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    /** Reads a non-negative decimal number. */
    public static Epoch parse(String text) {
        try {
            return new Epoch(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("epoch '" + text + "' is not a non-negative integer", e);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
