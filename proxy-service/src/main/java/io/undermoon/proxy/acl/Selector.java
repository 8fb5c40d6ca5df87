package io.undermoon.proxy.acl;

import io.undermoon.glob.GlobPattern;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.KeyCheck;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of allowed commands with the keys and channels they are allowed on. A user has one, and more in parentheses; a
 * command needs one that allows it with all its keys. Immutable; built by {@link SelectorRules}.
 */
final class Selector implements KeyCheck {
    private final boolean allCommands;
    private final BitSet commands;
    private final Map<Integer, List<String>> firstArguments;
    private final boolean allKeys;
    private final List<KeyPattern> keys;
    private final boolean allChannels;
    private final List<Channel> channels;
    private final String commandRules;

    /** A pattern of channels; clients may also subscribe to the pattern itself. */
    record Channel(String text, GlobPattern glob) {}

    Selector(SelectorRules rules) {
        this.allCommands = rules.allCommands();
        this.commands = rules.commands();
        this.firstArguments = rules.firstArguments();
        this.allKeys = rules.allKeys();
        this.keys = rules.keys();
        this.allChannels = rules.allChannels();
        this.channels = rules.channels().stream()
                .map(text -> new Channel(text, GlobPattern.ofCase(text)))
                .toList();
        this.commandRules = rules.commandRules();
    }

    /** Whether everything is allowed. */
    boolean isUnrestricted() {
        return allCommands && allKeys && allChannels;
    }

    /** The reason why a command is denied; null if it is allowed. */
    @Nullable
    Denial denial(Command command, CommandFrame frame) {
        if (!allCommands && !allowsCommand(command, frame)) {
            return Denial.OF_COMMAND;
        }
        if (!allKeys && command.hasKeys()) {
            int refused = Keys.firstRefused(command, frame, this);
            if (refused != 0) {
                // A node may parse malformed arguments differently, so they are denied.
                return new Denial(Denial.Reason.KEY, Math.max(0, refused));
            }
        }
        return !allChannels && command.has(CommandFlag.PUBSUB) ? denialOfChannel(command, frame) : null;
    }

    /** Commands for logging in are always allowed. */
    private boolean allowsCommand(Command command, CommandFrame frame) {
        return commands.get(command.id()) || command.has(CommandFlag.NO_AUTH) || allowsFirstArgument(command, frame);
    }

    private boolean allowsFirstArgument(Command command, CommandFrame frame) {
        List<String> allowed = firstArguments.get(command.id());
        if (allowed == null || frame.argumentCount() < 2) {
            return false;
        }
        String given = frame.argumentView(1).toString();
        return allowed.stream().anyMatch(given::equalsIgnoreCase);
    }

    @Override
    public boolean allows(CommandFrame frame, int argument, boolean reads, boolean writes) {
        CharSequence key = frame.argumentView(argument);
        for (KeyPattern pattern : keys) {
            if (pattern.allows(key, reads, writes)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Denial denialOfChannel(Command command, CommandFrame frame) {
        return switch (command.name()) {
            case "publish", "spublish" -> denialOfChannels(frame, 2, false);
            case "subscribe", "ssubscribe" -> denialOfChannels(frame, frame.argumentCount(), false);
            case "psubscribe" -> denialOfChannels(frame, frame.argumentCount(), true);
            default -> null;
        };
    }

    private @Nullable Denial denialOfChannels(CommandFrame frame, int end, boolean arePatterns) {
        for (int i = 1; i < end; i++) {
            if (!allowsChannel(frame.argumentView(i), arePatterns)) {
                return new Denial(Denial.Reason.CHANNEL, i);
            }
        }
        return null;
    }

    /**
     * Whether a channel may be used.
     *
     * @param isPattern whether it is a pattern of channels, which is allowed only if it equals a pattern of the rules
     */
    boolean allowsChannel(CharSequence name, boolean isPattern) {
        if (allChannels) {
            return true;
        }
        for (Channel channel : channels) {
            if (isPattern ? channel.text().contentEquals(name) : channel.glob().matches(name)) {
                return true;
            }
        }
        return false;
    }

    boolean allCommands() {
        return allCommands;
    }

    BitSet commands() {
        return commands;
    }

    Map<Integer, List<String>> firstArguments() {
        return firstArguments;
    }

    boolean allKeys() {
        return allKeys;
    }

    List<KeyPattern> keys() {
        return keys;
    }

    boolean allChannels() {
        return allChannels;
    }

    List<Channel> channels() {
        return channels;
    }

    /** The command rules: {@code +@all} or {@code -@all}, and the rules after it. */
    String commandRules() {
        return commandRules;
    }

    String keyRules() {
        return allKeys
                ? "~*"
                : String.join(" ", keys.stream().map(KeyPattern::toString).toList());
    }

    String channelRules() {
        return allChannels
                ? "&*"
                : String.join(
                        " ",
                        channels.stream().map(channel -> "&" + channel.text()).toList());
    }

    /** All rules in one line. */
    @Override
    public String toString() {
        String keyPart = keyRules();
        String channelPart = channelRules();
        return (keyPart.isEmpty() ? "" : keyPart + " ")
                + (allChannels ? "" : "resetchannels ")
                + (channelPart.isEmpty() ? "" : channelPart + " ")
                + commandRules;
    }
}
