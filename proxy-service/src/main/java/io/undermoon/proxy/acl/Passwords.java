package io.undermoon.proxy.acl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Hashes of passwords as in Redis: SHA-256 of their bytes in lower case hexadecimal digits. */
final class Passwords {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private Passwords() {}

    static String hash(byte[] password) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /** Whether a password has one of the hashes, compared in constant time. */
    static boolean isOneOf(List<String> hashes, byte[] password) {
        byte[] given = hash(password).getBytes(StandardCharsets.US_ASCII);
        boolean found = false;
        for (String hash : hashes) {
            found |= MessageDigest.isEqual(given, hash.getBytes(StandardCharsets.US_ASCII));
        }
        return found;
    }
}
