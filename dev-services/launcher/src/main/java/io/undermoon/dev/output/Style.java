package io.undermoon.dev.output;

import java.util.Map;

/** Colours, where they are seen. */
public enum Style {
    GOOD("32"),
    WARNING("33"),
    BAD("31"),
    TITLE("1"),
    FAINT("2");

    private static final String ESCAPE = "\033[";

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** The text in this style, or as it is. */
    public String on(String text, boolean coloured) {
        return coloured && !text.isEmpty() ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
    }

    /**
     * Whether there are colours: on a terminal that has some, unless {@code NO_COLOR} is set to anything
     * (no-color.org).
     */
    public static boolean areWanted(boolean terminal, Map<String, String> environment) {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }
}
