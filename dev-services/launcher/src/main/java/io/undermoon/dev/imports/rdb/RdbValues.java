package io.undermoon.dev.imports.rdb;

import java.io.IOException;

/** Where values end, type by type. */
final class RdbValues {
    private static final int STRING = 0;
    private static final int LIST = 1;
    private static final int SET = 2;
    private static final int SORTED_SET = 3;
    private static final int HASH = 4;
    private static final int SORTED_SET_2 = 5;
    private static final int MODULE = 7;
    private static final int HASH_ZIPMAP = 9;
    private static final int LIST_ZIPLIST = 10;
    private static final int SET_INTSET = 11;
    private static final int SORTED_SET_ZIPLIST = 12;
    private static final int HASH_ZIPLIST = 13;
    private static final int LIST_QUICKLIST = 14;
    private static final int STREAM = 15;
    private static final int HASH_LISTPACK = 16;
    private static final int SORTED_SET_LISTPACK = 17;
    private static final int LIST_QUICKLIST_2 = 18;
    private static final int STREAM_2 = 19;
    private static final int SET_LISTPACK = 20;
    private static final int STREAM_3 = 21;
    private static final int VALKEY_HASH_WITH_EXPIRY = 22;
    private static final int HASH_WITH_EXPIRY = 24;
    private static final int HASH_LISTPACK_WITH_EXPIRY = 25;

    private static final int LONGEST_DOUBLE = 252;
    private static final int STREAM_ID_BYTES = 16;

    private final boolean valkey;

    /** @param valkey whether type 22 is that of Valkey */
    RdbValues(boolean valkey) {
        this.valkey = valkey;
    }

    void skip(int type, RdbInput in) throws IOException {
        switch (type) {
            case STRING,
                    HASH_ZIPMAP,
                    LIST_ZIPLIST,
                    SET_INTSET,
                    SORTED_SET_ZIPLIST,
                    HASH_ZIPLIST,
                    HASH_LISTPACK,
                    SORTED_SET_LISTPACK,
                    SET_LISTPACK -> in.skipString();
            case LIST, SET, LIST_QUICKLIST -> in.skipStrings(in.length());
            case HASH -> in.skipStrings(2 * in.length());
            case SORTED_SET, SORTED_SET_2 -> skipSortedSet(type, in);
            case LIST_QUICKLIST_2 -> skipQuickList(in);
            case STREAM, STREAM_2, STREAM_3 -> skipStream(type, in);
            case MODULE -> skipModule(in);
            case HASH_WITH_EXPIRY -> skipHashWithExpiry(in);
            case HASH_LISTPACK_WITH_EXPIRY -> {
                in.skip(Long.BYTES);
                in.skipString();
            }
            case VALKEY_HASH_WITH_EXPIRY -> skipValkeyHash(in);
            default -> throw unknown(type);
        }
    }

    private static RdbException unknown(int type) {
        return new RdbException("the snapshot has a value of the unknown type " + type
                + "; a newer version of this program may know it");
    }

    private static void skipSortedSet(int type, RdbInput in) throws IOException {
        long size = in.length();
        for (long i = 0; i < size; i++) {
            in.skipString();
            if (type == SORTED_SET_2) {
                in.skip(Double.BYTES);
            } else {
                int length = in.unsignedByte();
                // Beyond are infinities and no number.
                in.skip(length <= LONGEST_DOUBLE ? length : 0);
            }
        }
    }

    private static void skipQuickList(RdbInput in) throws IOException {
        long size = in.length();
        for (long i = 0; i < size; i++) {
            in.length();
            in.skipString();
        }
    }

    private static void skipHashWithExpiry(RdbInput in) throws IOException {
        in.skip(Long.BYTES);
        long size = in.length();
        for (long i = 0; i < size; i++) {
            in.length();
            in.skipStrings(2);
        }
    }

    private void skipValkeyHash(RdbInput in) throws IOException {
        if (!valkey) {
            throw unknown(VALKEY_HASH_WITH_EXPIRY);
        }
        long size = in.length();
        for (long i = 0; i < size; i++) {
            in.skipStrings(2);
            in.skip(Long.BYTES);
        }
    }

    private static void skipStream(int type, RdbInput in) throws IOException {
        in.skipStrings(2 * in.length());
        // Entries and the last id; later also the first id, the largest deleted one, and how many there ever were.
        skipLengths(type >= STREAM_2 ? 8 : 3, in);
        long groups = in.length();
        for (long i = 0; i < groups; i++) {
            in.skipString();
            skipLengths(type >= STREAM_2 ? 3 : 2, in);
            long pending = in.length();
            for (long j = 0; j < pending; j++) {
                in.skip(STREAM_ID_BYTES + Long.BYTES);
                in.length();
            }
            skipConsumers(type, in);
        }
    }

    private static void skipConsumers(int type, RdbInput in) throws IOException {
        long consumers = in.length();
        for (long i = 0; i < consumers; i++) {
            in.skipString();
            in.skip(type >= STREAM_3 ? 2 * Long.BYTES : Long.BYTES);
            in.skip(STREAM_ID_BYTES * in.length());
        }
    }

    private static void skipLengths(int count, RdbInput in) throws IOException {
        for (int i = 0; i < count; i++) {
            in.length();
        }
    }

    /** The id of the module, and what it has written, each part with its kind. */
    static void skipModule(RdbInput in) throws IOException {
        in.length();
        while (true) {
            int kind = (int) in.length();
            switch (kind) {
                case 0 -> {
                    return;
                }
                case 1, 2 -> in.length();
                case 3 -> in.skip(Float.BYTES);
                case 4 -> in.skip(Double.BYTES);
                case 5 -> in.skipString();
                default -> throw new RdbException("the snapshot has module data of the unknown kind " + kind);
            }
        }
    }
}
