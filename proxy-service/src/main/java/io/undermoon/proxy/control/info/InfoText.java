package io.undermoon.proxy.control.info;

import java.util.Locale;

/** Builds the text of {@code INFO}: sections of {@code name:value} lines, separated by blank lines. */
final class InfoText {
    private final StringBuilder text = new StringBuilder();

    InfoText section(String title) {
        if (!text.isEmpty()) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
        return this;
    }

    InfoText field(String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    /** A number with two decimals. */
    InfoText decimal(String name, double value) {
        return field(name, String.format(Locale.ROOT, "%.2f", value));
    }

    /** A size in bytes, and in a second field for people. */
    InfoText bytes(String name, long bytes) {
        return field(name, bytes).field(name + "_human", human(bytes));
    }

    private static String human(long bytes) {
        String units = "BKMGT";
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < units.length() - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + "B" : String.format(Locale.ROOT, "%.2f%c", amount, units.charAt(unit));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
