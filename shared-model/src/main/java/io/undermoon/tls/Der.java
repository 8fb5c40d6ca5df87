package io.undermoon.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * As much of DER as it takes to put older forms of private keys into PKCS #8, the one form that the JDK reads:
 *
 * <pre>
 * PKCS #8   SEQUENCE { INTEGER 0, SEQUENCE { OID algorithm, parameters }, OCTET STRING key }
 * SEC 1     SEQUENCE { INTEGER 1, OCTET STRING number, [0] { OID curve }, [1] { public key } }
 * </pre>
 */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = hex("020100");
    private static final byte[] RSA = hex("06092a864886f70d0101010500");
    private static final byte[] EC_PUBLIC_KEY = hex("06072a8648ce3d0201");

    private Der() {}

    /** A PKCS #1 key. */
    static byte[] rsaToPkcs8(byte[] key) {
        return pkcs8(RSA, key);
    }

    /**
     * A SEC 1 key.
     *
     * @throws IllegalArgumentException it does not name its curve, or is no such key
     * @throws IndexOutOfBoundsException it ends too early
     */
    static byte[] ecToPkcs8(byte[] key) {
        int end = key.length;
        for (int at = contentStart(key, 0); at < end; at = contentStart(key, at) + length(key, at)) {
            if ((key[at] & 0xff) == PARAMETERS) {
                int start = contentStart(key, at);
                byte[] curve = Arrays.copyOfRange(key, start, start + length(key, at));
                return pkcs8(concat(EC_PUBLIC_KEY, curve), key);
            }
        }
        throw new IllegalArgumentException("it does not name its curve");
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, concat(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length >= 0x100) {
            out.write(0x82);
            out.write(content.length >> 8);
        } else if (content.length >= 0x80) {
            out.write(0x81);
        }
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    /** Where the content of the element at {@code at} begins. */
    private static int contentStart(byte[] bytes, int at) {
        int first = bytes[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] bytes, int at) {
        int length = bytes[at + 1] & 0xff;
        if (length < 0x80) {
            return length;
        }
        if (length > 0x82) {
            throw new IllegalArgumentException("an element is too long");
        }
        int value = 0;
        for (int i = 0; i < length - 0x80; i++) {
            value = value << 8 | bytes[at + 2 + i] & 0xff;
        }
        return value;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
