package io.undermoon.broker.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a file, an immutable value. A line is {@code <name> <role> #<sha256 of the secret>} or
 * {@code <name> <role> certificate <subject>}; several lines may have one name. Secrets are random and long, so that
 * one round of SHA-256 protects them; no secret is ever in a message.
 */
public final class Accounts {
    public static final Accounts NONE = new Accounts(List.of());

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9@._-]{1,64}");
    private static final Pattern SECRET = Pattern.compile("#[0-9a-fA-F]{64}");
    private static final String CERTIFICATE = "certificate";

    private final List<Line> lines;

    private record Line(
            Account account,
            byte @Nullable [] secretHash,
            @Nullable X500Principal subject) {}

    private Accounts(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * Reads the text of a file. Blank lines and those that begin with {@code #} mean nothing.
     *
     * @throws IllegalArgumentException naming the line and what is wrong with it
     */
    public static Accounts parse(String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (!line.isEmpty() && !line.startsWith("#")) {
                lines.add(line(number, line));
            }
        }
        return new Accounts(lines);
    }

    public int size() {
        return lines.size();
    }

    /** The account with this secret, as a bearer token. */
    public Optional<Account> bySecret(String secret) {
        return find(secret, null);
    }

    /** The account with this name and secret, as in basic authentication. */
    public Optional<Account> byNameAndSecret(String name, String secret) {
        return find(secret, name);
    }

    /** The account of a client certificate that was verified. */
    public Optional<Account> byCertificate(X500Principal subject) {
        return lines.stream()
                .filter(line -> subject.equals(line.subject()))
                .map(Line::account)
                .findFirst();
    }

    /** Compares with every line, in constant time each, so that the time says nothing about how near a guess is. */
    private Optional<Account> find(String secret, @Nullable String name) {
        byte[] given = sha256(secret);
        Account found = null;
        for (Line line : lines) {
            byte[] expected = line.secretHash();
            if (expected != null
                    && MessageDigest.isEqual(expected, given)
                    && (name == null || name.equals(line.account().name()))) {
                found = line.account();
            }
        }
        return Optional.ofNullable(found);
    }

    private static Line line(int number, String text) {
        String[] words = text.split("\\s+", 3);
        try {
            if (words.length < 3) {
                throw new IllegalArgumentException("expected <name> <role> and #<sha256> or certificate <subject>");
            }
            if (!NAME.matcher(words[0]).matches()) {
                throw new IllegalArgumentException("a name has 1 to 64 characters of A-Z a-z 0-9 @ . _ -");
            }
            Account account = new Account(words[0], Role.parse(words[1]));
            if (SECRET.matcher(words[2]).matches()) {
                return new Line(account, HexFormat.of().parseHex(words[2].substring(1)), null);
            }
            if (words[2].startsWith(CERTIFICATE + " ")) {
                return new Line(account, null, subject(words[2].substring(CERTIFICATE.length() + 1)));
            }
            throw new IllegalArgumentException("the third word is neither # with the 64 hexadecimal digits of a SHA-256"
                    + " nor certificate with a subject");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
        }
    }

    private static X500Principal subject(String text) {
        try {
            return new X500Principal(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text.strip() + "' is not the subject of a certificate such as CN=name,O=organisation", e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
