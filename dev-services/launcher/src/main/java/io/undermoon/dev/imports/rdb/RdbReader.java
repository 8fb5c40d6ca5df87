package io.undermoon.dev.imports.rdb;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a snapshot from its beginning to its end and gives each key with its value as {@code DUMP} would: the type, the
 * bytes as they are in the snapshot, its version, and a checksum. Values are not decoded; only where they end is found
 * out. Types of Redis up to 7.4, of Valkey up to 9.0 and of modules are known; others end the reading with their
 * number.
 *
 * <p>Source: {@code rdb.h} and {@code rdb.c} of Redis 7.0, 7.2 and 7.4.
 */
public final class RdbReader {
    private static final int HEADER_BYTES = 9;
    private static final int FOOTER_BYTES = 10;
    private static final int CHECKSUM_SINCE = 5;

    private static final int SLOT_INFO = 244;
    private static final int FUNCTION = 245;
    private static final int MODULE_AUX = 247;
    private static final int IDLE = 248;
    private static final int FREQUENCY = 249;
    private static final int AUX = 250;
    private static final int SIZES = 251;
    private static final int EXPIRES_MILLIS = 252;
    private static final int EXPIRES_SECONDS = 253;
    private static final int DATABASE = 254;
    private static final int END = 255;
    private static final int FIRST_OPCODE = 240;

    /** Takes what a snapshot has. */
    public interface Sink {
        /**
         * @param expiresMillis since the epoch, 0 for never
         * @param dump what {@code RESTORE} takes
         */
        void key(int database, byte[] key, long expiresMillis, byte[] dump) throws IOException, InterruptedException;

        /** The code of a library of functions. */
        void function(byte[] code);
    }

    private final RdbInput in;
    private final Sink sink;
    private int version;
    private int database;
    private long expiresMillis;
    private RdbValues values = new RdbValues(false);

    public RdbReader(InputStream in, Sink sink) {
        this.in = new RdbInput(in);
        this.sink = sink;
    }

    /** @throws RdbException if the snapshot cannot be understood */
    public void read() throws IOException, InterruptedException {
        header();
        while (true) {
            int code = in.unsignedByte();
            if (code == END) {
                in.skip(version >= CHECKSUM_SINCE ? Long.BYTES : 0);
                return;
            }
            if (code >= FIRST_OPCODE) {
                opcode(code);
            } else {
                entry(code);
            }
        }
    }

    private void header() throws IOException {
        String header = in.ascii(HEADER_BYTES);
        boolean valkey = header.startsWith("VALKEY");
        String digits = header.substring(valkey ? 6 : 5);
        if (!valkey && !header.startsWith("REDIS") || !digits.chars().allMatch(Character::isDigit)) {
            throw new RdbException("the snapshot does not begin as one of Redis or Valkey does");
        }
        version = Integer.parseInt(digits);
        values = new RdbValues(valkey);
    }

    private void opcode(int code) throws IOException {
        switch (code) {
            case DATABASE -> database = (int) in.length();
            case EXPIRES_MILLIS -> expiresMillis = in.littleEndian(Long.BYTES);
            case EXPIRES_SECONDS -> expiresMillis = 1000 * in.littleEndian(Integer.BYTES);
            case SIZES -> {
                in.length();
                in.length();
            }
            case SLOT_INFO -> {
                in.length();
                in.length();
                in.length();
            }
            case AUX -> in.skipStrings(2);
            case IDLE -> in.length();
            case FREQUENCY -> in.skip(1);
            case FUNCTION -> sink.function(in.string());
            case MODULE_AUX -> RdbValues.skipModule(in);
            default ->
                throw new RdbException("the snapshot has the unknown part " + code + " (RDB version " + version
                        + "); a newer version of this program may know it");
        }
    }

    private void entry(int type) throws IOException, InterruptedException {
        byte[] key = in.string();
        in.mark();
        values.skip(type, in);
        byte[] dump = in.sinceMark(1, FOOTER_BYTES);
        dump[0] = (byte) type;
        int end = dump.length - FOOTER_BYTES;
        dump[end] = (byte) version;
        dump[end + 1] = (byte) (version >> 8);
        long checksum = Crc64.of(dump, end + 2);
        for (int i = 0; i < Long.BYTES; i++) {
            dump[end + 2 + i] = (byte) (checksum >>> Byte.SIZE * i);
        }
        long expires = expiresMillis;
        expiresMillis = 0;
        sink.key(database, key, expires, dump);
    }
}
