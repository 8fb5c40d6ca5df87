package io.undermoon.proxy.session;

/** What was written at once in reply to a command. */
public enum Answer {
    /** Nothing: the reply is yet to come, or the command is handled again later. */
    NONE,
    VALUE,
    /** An error of a command that was executed. */
    FAILURE,
    /** An error that says that the command was not executed. */
    REJECTION
}
