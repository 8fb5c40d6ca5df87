package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A copy of the metadata that says of itself whether it is whole.
 *
 * @param format of the backup, 1
 * @param created in Unix seconds
 * @param checksum SHA-256 of the metadata as a broker writes it, in hex
 */
public record Backup(int format, long created, String checksum, Metadata metadata) {
    private static final int FORMAT = 1;

    public Backup {
        requireNonNull(checksum, "checksum");
        requireNonNull(metadata, "metadata");
    }

    public static Backup of(Metadata state, long nowSeconds) {
        return new Backup(FORMAT, nowSeconds, checksumOf(state), state);
    }

    /**
     * The metadata, which is whole and consistent.
     *
     * @throws UndermoonException {@code INVALID_META_VERSION} if it is of another format, {@code INVALID_REQUEST} if it
     *     was changed or contradicts itself
     */
    public Metadata verified() {
        if (format != FORMAT || !metadata.version().equals(Metadata.VERSION)) {
            throw new UndermoonException(
                    ErrorCode.INVALID_META_VERSION,
                    "the backup has format " + format + " and version '" + metadata.version() + "', expected " + FORMAT
                            + " and '" + Metadata.VERSION + "'");
        }
        String actual = checksumOf(metadata);
        if (!actual.equals(checksum)) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST,
                    "the backup is damaged or was changed: its checksum is " + checksum + ", that of its metadata "
                            + actual);
        }
        List<String> violations = Consistency.violations(metadata);
        if (!violations.isEmpty()) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "the metadata contradicts itself: " + violations.get(0));
        }
        return metadata;
    }

    private static String checksumOf(Metadata state) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(MetadataJson.write(state)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
