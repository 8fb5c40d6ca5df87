package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.CommandTable;
import io.undermoon.umctl.ProxyLogin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The users of a proxy, and who may log in. There always is a user {@value #DEFAULT_USER}, which clients are that have not
 * logged in.
 *
 * <p>With a control secret there is one more account, {@value #CONTROL_USER}, whose password it is. It is no user: no rule changes
 * it, nothing lists it, and it alone may give control commands. Without a secret everybody may, as far as the rules go.
 *
 * <p>Thread-safe. Changes are made one after the other; nothing waits for them.
 */
public final class AccessControl {
    public static final String DEFAULT_USER = "default";

    /** With this name and the control secret peers, coordinators and brokers log in. */
    public static final String CONTROL_USER = ProxyLogin.CONTROL_USER;

    private static final String RESERVED = "The name '" + CONTROL_USER + "' is reserved";

    private CommandTable table;
    private User initialDefault;
    private final @Nullable Account control;
    private final ConcurrentSkipListMap<String, Account> accounts = new ConcurrentSkipListMap<>();
    private final Account defaultAccount;

    /**
     * @param password of the user default as long as no rules say otherwise; absent when it needs none
     * @param controlSecret absent when control commands need none
     */
    public AccessControl(CommandTable table, @Nullable String password, @Nullable String controlSecret) {
        this.table = table;
        this.initialDefault = user(table, DEFAULT_USER, password);
        this.control = controlSecret == null ? null : new Account(user(table, CONTROL_USER, controlSecret), true);
        this.defaultAccount = new Account(initialDefault, control == null);
        accounts.put(DEFAULT_USER, defaultAccount);
    }

    private static User user(CommandTable table, String name, @Nullable String password) {
        UserRules rules = UserRules.unrestricted(table, name);
        if (password != null) {
            rules.addPassword(password.getBytes(StandardCharsets.UTF_8));
        }
        return rules.build();
    }

    /**
     * Has the rules of all users speak of these commands, some of which were learnt. Who may do anything stays the same object:
     * their open transactions go on.
     */
    public synchronized void follow(CommandTable next) {
        table = next;
        initialDefault = again(initialDefault);
        accounts.values().forEach(account -> account.user(again(account.user())));
    }

    private User again(User user) {
        if (!user.isRestricted()) {
            return user;
        }
        try {
            return UserLines.parse(user.toString(), "the rules of " + user.name(), table)
                    .get(0);
        } catch (RuleException e) {
            throw new IllegalStateException("rules that were right are not with more commands: " + e.getMessage(), e);
        }
    }

    /** What clients are that have not logged in. */
    public Account defaultAccount() {
        return defaultAccount;
    }

    /** Whether clients need not log in. */
    public boolean isOpen() {
        User user = defaultAccount.user();
        return user.enabled() && user.needsNoPassword();
    }

    /** The account that a name and a password open; null when they are not right. */
    public @Nullable Account login(String name, byte[] password) {
        Account account = control != null && name.equals(CONTROL_USER) ? control : accounts.get(name);
        return account != null && account.user().accepts(password) ? account : null;
    }

    /** All users, by name. */
    public List<User> users() {
        return accounts.values().stream().map(Account::user).toList();
    }

    public @Nullable User find(String name) {
        Account account = accounts.get(name);
        return account == null ? null : account.user();
    }

    /**
     * Changes a user or adds one; all rules or, if one is wrong, none.
     *
     * @param rules words, a selector in parentheses being one or several
     * @throws RuleException the message is the one of {@code ACL SETUSER}
     */
    public synchronized void set(String name, List<String> rules) throws RuleException {
        if (UserRules.hasSpaces(name)) {
            throw new RuleException("Usernames can't contain spaces or null characters");
        }
        if (name.equals(CONTROL_USER)) {
            throw new RuleException(RESERVED);
        }
        User present = find(name);
        UserRules changed = present == null ? new UserRules(table, name) : new UserRules(table, present);
        for (String rule : UserRules.joinSelectors(rules)) {
            try {
                changed.apply(rule);
            } catch (RuleException e) {
                throw new RuleException("Error in ACL SETUSER modifier '" + rule + "': " + e.getMessage());
            }
        }
        put(changed.build());
    }

    /**
     * Deletes users.
     *
     * @return how many there were
     * @throws RuleException the user default is among them; nobody was deleted
     */
    public synchronized int delete(List<String> names) throws RuleException {
        if (names.contains(DEFAULT_USER)) {
            throw new RuleException("The 'default' user cannot be removed");
        }
        int deleted = 0;
        for (String name : names) {
            deleted += delete(name) ? 1 : 0;
        }
        return deleted;
    }

    /**
     * Has exactly these users, and the user default as it is without rules unless it is among them.
     *
     * @param text lines of {@code user <name> <rule> …}, in ISO 8859-1
     * @param source what the text is called in errors
     * @throws RuleException the text is wrong and nothing has changed; the message has all lines that are, and why
     */
    public synchronized void replace(String text, String source) throws RuleException {
        List<User> users = UserLines.parse(text, source, table);
        Set<String> kept = new HashSet<>();
        users.forEach(user -> kept.add(user.name()));
        users.forEach(this::put);
        if (kept.add(DEFAULT_USER)) {
            put(initialDefault);
        }
        for (String name : new ArrayList<>(accounts.keySet())) {
            if (!kept.contains(name)) {
                delete(name);
            }
        }
    }

    /** All users as {@link #replace} reads them. */
    public synchronized String text() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Account> entry : accounts.entrySet()) {
            text.append(entry.getValue().user()).append('\n');
        }
        return text.toString();
    }

    /** Rules that say the same stay the same object: those who hold it have nothing to do anew. */
    private void put(User user) {
        Account account = accounts.get(user.name());
        if (account == null) {
            accounts.put(user.name(), new Account(user, control == null));
        } else if (!account.user().toString().equals(user.toString())) {
            account.user(user);
        }
    }

    private boolean delete(String name) {
        Account account = accounts.remove(name);
        if (account != null) {
            account.delete(new UserRules(table, name).build());
        }
        return account != null;
    }
}
