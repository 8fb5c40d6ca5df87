package io.undermoon.proxy.acl;

/** A rule, or a line of rules, is not one. The message says why, in the words of Redis where it has words for it. */
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
