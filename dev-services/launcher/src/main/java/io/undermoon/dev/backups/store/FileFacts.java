package io.undermoon.dev.backups.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * By what a file is known again.
 *
 * @param name in the store
 * @param sha256 of its bytes, in hexadecimal digits
 */
public record FileFacts(String name, long bytes, String sha256) {
    /** Those of what a stream has. */
    public static FileFacts of(String name, InputStream in) throws IOException {
        MessageDigest digest = sha256Digest();
        try (DigestInputStream read = new DigestInputStream(in, digest)) {
            long bytes = read.transferTo(OutputStream.nullOutputStream());
            return new FileFacts(name, bytes, HexFormat.of().formatHex(digest.digest()));
        }
    }

    /** @throws DamagedFileException if a file is another one than it was */
    public void require(FileFacts found) throws DamagedFileException {
        if (found.bytes() != bytes) {
            throw new DamagedFileException(name + " has " + found.bytes() + " bytes and not " + bytes);
        }
        if (!found.sha256().equals(sha256)) {
            throw new DamagedFileException(name + " has the SHA-256 " + found.sha256() + " and not " + sha256);
        }
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
