package io.undermoon.proxy.acl;

/**
 * The reason why a user may not execute a command.
 *
 * @param argument the position of the key or channel, 0 if the command itself is denied
 */
public record Denial(Reason reason, int argument) {
    static final Denial OF_COMMAND = new Denial(Reason.COMMAND, 0);

    /** In the order of Redis: if several selectors deny, the later reason is reported. */
    public enum Reason {
        COMMAND,
        KEY,
        CHANNEL
    }

    /** The one of two denials with the later reason. */
    Denial moreTelling(Denial other) {
        int order = reason.compareTo(other.reason);
        return order > 0 || order == 0 && argument >= other.argument ? this : other;
    }

    /**
     * The error text of Redis 7.2.
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
     * The error text of {@code ACL DRYRUN}, which names the key or channel.
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
