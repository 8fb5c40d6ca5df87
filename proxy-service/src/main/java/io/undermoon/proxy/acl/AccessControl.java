package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.CommandTable;
import io.undermoon.umctl.ControlProof;
import io.undermoon.umctl.ProxyLogin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The users of a proxy and their logins. There is always a user {@value #DEFAULT_USER}, for clients that have not
 * logged in.
 *
 * <p>A control secret adds the account {@value #CONTROL_USER}, with the secret as its password; two while one is
 * replaced. It is not a user: no
 * rule changes it, no command lists it, and it alone may send control commands. Without a secret all users may, within
 * their rules.
 *
 * <p>Thread-safe. Changes are serialized; readers do not wait for them.
 */
public final class AccessControl {
    public static final String DEFAULT_USER = "default";

    /** The account of peers, coordinators and brokers. */
    public static final String CONTROL_USER = ProxyLogin.CONTROL_USER;

    private static final String RESERVED = "The name '" + CONTROL_USER + "' is reserved";

    private CommandTable table;
    private User initialDefault;
    private final @Nullable Account control;
    private final List<String> controlSecrets;
    private final ConcurrentSkipListMap<String, Account> accounts = new ConcurrentSkipListMap<>();
    private final Account defaultAccount;

    /**
     * @param password of the user default until rules change it; null if it needs none
     * @param controlSecrets each of which gives control; none if control commands need none
     */
    public AccessControl(CommandTable table, @Nullable String password, List<String> controlSecrets) {
        this.table = table;
        this.initialDefault = user(table, DEFAULT_USER, password == null ? List.of() : List.of(password));
        this.controlSecrets = List.copyOf(controlSecrets);
        this.control = controlSecrets.isEmpty() ? null : new Account(user(table, CONTROL_USER, controlSecrets), true);
        this.defaultAccount = new Account(initialDefault, control == null);
        accounts.put(DEFAULT_USER, defaultAccount);
    }

    private static User user(CommandTable table, String name, List<String> passwords) {
        UserRules rules = UserRules.unrestricted(table, name);
        passwords.forEach(password -> rules.addPassword(password.getBytes(StandardCharsets.UTF_8)));
        return rules.build();
    }

    /**
     * Applies the rules of all users to a new command table. Users who may do everything stay the same objects, so
     * their open transactions continue.
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

    /** The account of clients that have not logged in. */
    public Account defaultAccount() {
        return defaultAccount;
    }

    /** Whether clients need not log in. */
    public boolean isOpen() {
        User user = defaultAccount.user();
        return user.enabled() && user.needsNoPassword();
    }

    /** The account with a name and password; null if they are wrong. */
    public @Nullable Account login(String name, byte[] password) {
        Account account = control != null && name.equals(CONTROL_USER) ? control : accounts.get(name);
        return account != null && account.user().accepts(password) ? account : null;
    }

    /** The account of {@link #CONTROL_USER}; null if there is none. */
    public @Nullable Account control() {
        return control;
    }

    /**
     * The reply to a right proof of a control secret, under the same one.
     *
     * @return empty if the proof is wrong or there is no control secret
     */
    public Optional<String> proven(ControlProof.Challenged challenged, String proof) {
        return controlSecrets.stream()
                .flatMap(secret -> challenged.proven(secret, proof).stream())
                .findFirst();
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
     * Changes or adds a user. If one rule is wrong, none is applied.
     *
     * @param rules the words of the rules; a selector in parentheses may be one word or several
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
     * @return the number of deleted users
     * @throws RuleException the user default is among them; no user was deleted
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
     * Replaces all users. The user default gets its initial rules unless it is among the new users.
     *
     * @param text lines of {@code user <name> <rule> …}, in ISO 8859-1
     * @param source the name of the text in errors
     * @throws RuleException the text is wrong and no user was changed; the message names all wrong lines with reasons
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

    /** All users in the format of {@link #replace}. */
    public synchronized String text() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Account> entry : accounts.entrySet()) {
            text.append(entry.getValue().user()).append('\n');
        }
        return text.toString();
    }

    /** Equal rules stay the same object, so sessions with it need no update. */
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
