package io.undermoon.dev.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a context may say beside its brokers. Secrets are never in it, but the names of files that have them. */
public enum Setting {
    TOKEN_FILE(Kind.FILE, "the token of an account of the brokers"),
    USER(Kind.TEXT, "the name of an account of the brokers, with password_file"),
    PASSWORD_FILE(Kind.FILE, "the password of the account"),
    CA_FILE(Kind.FILE, "whose certificates are trusted"),
    CERT_FILE(Kind.FILE, "the own certificate, with key_file"),
    KEY_FILE(Kind.FILE, "the private key of the certificate"),
    VERIFY_HOSTNAME(Kind.FLAG, "whether certificates have to be for the host that is called; true unless given"),
    CONTROL_SECRET_FILE(Kind.FILE, "the control secret of the proxies"),
    PROXY_USER(Kind.TEXT, "a user of the proxies, with proxy_password_file"),
    PROXY_PASSWORD_FILE(Kind.FILE, "the password of that user, or of the user default"),
    PROXY_TLS(Kind.FLAG, "whether proxies are called by TLS"),
    NODE_USER(Kind.TEXT, "a user of the Redis nodes, with node_password_file"),
    NODE_PASSWORD_FILE(Kind.FILE, "the password of that user, or of the user default"),
    NODE_TLS(Kind.FLAG, "whether Redis nodes are called by TLS"),
    COORDINATORS(Kind.TEXT, "the addresses of the coordinators' RESP ports, separated by commas");

    /** How the value is checked. */
    enum Kind {
        FILE,
        TEXT,
        FLAG
    }

    private final Kind kind;
    private final String meaning;

    Setting(Kind kind, String meaning) {
        this.kind = kind;
        this.meaning = meaning;
    }

    Kind kind() {
        return kind;
    }

    /** For the documentation. */
    public String meaning() {
        return meaning;
    }

    /** In the contexts file, such as {@code token_file}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException there is no such setting */
    public static Setting of(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + key + "' is no setting of a context; expected one of " + String.join(", ", keys())));
    }

    /** All of them, as they are in the file. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(Setting::key).toList();
    }
}
