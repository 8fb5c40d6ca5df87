package io.undermoon.dev.doctor;

/**
 * Something that somebody should know.
 *
 * @param subject what it is about, such as a proxy or a cluster
 * @param what is the case
 * @param todo what helps; empty if nothing has to be done
 */
public record Finding(Severity severity, String subject, String what, String todo) {
    /** How bad it is. */
    public enum Severity {
        /** Something does not serve, or the next failure loses data. */
        ERROR,
        /** It works, and should be looked at. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    static Finding error(String subject, String what, String todo) {
        return new Finding(Severity.ERROR, subject, what, todo);
    }

    static Finding warning(String subject, String what, String todo) {
        return new Finding(Severity.WARNING, subject, what, todo);
    }

    static Finding note(String subject, String what, String todo) {
        return new Finding(Severity.NOTE, subject, what, todo);
    }
}
