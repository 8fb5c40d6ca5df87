package io.undermoon.proxy.acl;

/** A rule, or a line of rules, is invalid. The message is that of Redis where it has one. */
public final class RuleException extends Exception {
    private static final long serialVersionUID = 1L;

    static final String SYNTAX = "Syntax error";
    static final String UNKNOWN_COMMAND = "Unknown command or category name in ACL";

    RuleException(String message) {
        super(message);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
