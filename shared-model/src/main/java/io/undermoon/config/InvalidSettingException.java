package io.undermoon.config;

/**
 * A value that is legal alone does not fit the other values, or a file that it names cannot be used. Stops the start.
 */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * @param key without the prefix {@code undermoon.}
     * @param reason what was expected, or what is wrong
     */
    public InvalidSettingException(String key, Object value, String reason) {
        super("undermoon." + key + "=" + value + ": " + reason);
    }
}
