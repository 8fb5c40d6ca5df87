package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.limit.Limits;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A user with its permissions. Immutable; built by {@link UserRules}. */
public final class User {
    private final String name;
    private final boolean enabled;
    private final boolean needsNoPassword;
    private final String payloadFlag;
    private final List<String> passwords;
    private final Selector root;
    private final List<Selector> selectors;
    private final boolean restricted;
    private final Limits limits;

    User(UserRules rules) {
        this.name = rules.name();
        this.enabled = rules.enabled();
        this.needsNoPassword = rules.needsNoPassword();
        this.payloadFlag = rules.payloadFlag();
        this.passwords = rules.passwords();
        this.root = rules.root();
        this.selectors = rules.selectors();
        this.limits = rules.limits();
        this.restricted = !root.isUnrestricted() && selectors.stream().noneMatch(Selector::isUnrestricted);
    }

    public String name() {
        return name;
    }

    /** Whether clients may log in; logged-in clients stay. */
    public boolean enabled() {
        return enabled;
    }

    /** Whether any password is accepted. */
    public boolean needsNoPassword() {
        return needsNoPassword;
    }

    /** Whether the user lacks any permission. */
    public boolean isRestricted() {
        return restricted;
    }

    /** What all clients of the user together may use of one proxy. */
    public Limits limits() {
        return limits;
    }

    /** The limits as rules; those alone that there are. */
    public List<String> limitRules() {
        return LimitRules.of(limits);
    }

    /** Whether a password is accepted. */
    boolean accepts(byte[] password) {
        return enabled && (needsNoPassword || Passwords.isOneOf(passwords, password));
    }

    /** The reason why a command of valid arity is denied; null if it is allowed. */
    public @Nullable Denial denial(Command command, CommandFrame frame) {
        Denial denial = root.denial(command, frame);
        for (int i = 0; denial != null && i < selectors.size(); i++) {
            Denial other = selectors.get(i).denial(command, frame);
            denial = other == null ? null : denial.moreTelling(other);
        }
        return denial;
    }

    /**
     * Whether a channel may be used.
     *
     * @param name in ISO 8859-1
     * @param isPattern whether it is a pattern of channels
     */
    public boolean allowsChannel(CharSequence name, boolean isPattern) {
        return root.allowsChannel(name, isPattern)
                || selectors.stream().anyMatch(selector -> selector.allowsChannel(name, isPattern));
    }

    /** Whether all keys may be read; {@code SORT} needs it for keys that it names by a pattern. */
    public boolean mayReadAllKeys() {
        return root.allKeys() || selectors.stream().anyMatch(Selector::allKeys);
    }

    /** The flags in the order of Redis. */
    public List<String> flags() {
        return List.of(enabled ? "on" : "off", needsNoPassword ? "nopass" : "", payloadFlag).stream()
                .filter(flag -> !flag.isEmpty())
                .toList();
    }

    String payloadFlag() {
        return payloadFlag;
    }

    /** SHA-256 hashes. */
    public List<String> passwords() {
        return passwords;
    }

    Selector root() {
        return root;
    }

    List<Selector> selectors() {
        return selectors;
    }

    /** A selector as rules. */
    public record Permissions(String commands, String keys, String channels) {
        static Permissions of(Selector selector) {
            return new Permissions(selector.commandRules(), selector.keyRules(), selector.channelRules());
        }
    }

    public Permissions rootPermissions() {
        return Permissions.of(root);
    }

    /** The selectors in parentheses. */
    public List<Permissions> selectorPermissions() {
        return selectors.stream().map(Permissions::of).toList();
    }

    /** The line of this user in an ACL file. */
    @Override
    public String toString() {
        return "user " + name + " " + String.join(" ", flags()) + " "
                + passwords.stream().map(hash -> "#" + hash + " ").collect(Collectors.joining()) + root
                + limitRules().stream().map(rule -> " " + rule).collect(Collectors.joining())
                + selectors.stream().map(selector -> " (" + selector + ")").collect(Collectors.joining());
    }
}
