package io.undermoon.proxy.acl;

/**
 * Why a user may not carry out a command.
 *
 * @param argument of the key or channel, 0 when it is about the command itself
 */
public record Denial(Reason reason, int argument) {
    static final Denial OF_COMMAND = new Denial(Reason.COMMAND, 0);

    /** In the order of Redis: of several selectors that refuse, the one with the later reason is told of. */
    public enum Reason {
        COMMAND,
        KEY,
        CHANNEL
    }

    /** The one of two refusals that says more. */
    Denial moreTelling(Denial other) {
        int order = reason.compareTo(other.reason);
        return order > 0 || order == 0 && argument >= other.argument ? this : other;
    }

    /**
     * The error in the words of Redis 7.2.
     *
     * @param command full name of the command
     */
    public String message(String user, String command) {
        return switch (reason) {
            case COMMAND -> "User " + user + " has no permissions to run the '" + command + "' command";
            case KEY -> "No permissions to access a key";
            case CHANNEL -> "No permissions to access a channel";
        };
    }

    /**
     * The same with the key or channel in question, as {@code ACL DRYRUN} tells it.
     *
     * @param object the argument
     */
    public String details(String user, String command, String object) {
        return switch (reason) {
            case COMMAND -> message(user, command);
            case KEY -> "User " + user + " has no permissions to access the '" + object + "' key";
            case CHANNEL -> "User " + user + " has no permissions to access the '" + object + "' channel";
        };
    }
}
