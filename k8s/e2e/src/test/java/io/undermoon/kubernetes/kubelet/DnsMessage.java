package io.undermoon.kubernetes.kubelet;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A question to a DNS server, and the bytes of its answer, as RFC 1035 has them.
 *
 * @param name in small letters, without the last dot
 * @param type 1 for an IPv4 address
 * @param question the bytes of the question
 */
record DnsMessage(int id, String name, int type, byte[] question) {
    static final int ADDRESS = 1;

    private static final int HEADER_BYTES = 12;
    private static final int NO_SUCH_NAME = 3;
    private static final int ANSWER = 0x8580; // a response, with authority, recursion desired and available
    private static final int NAME_OF_QUESTION = 0xC000 | HEADER_BYTES;
    private static final int INTERNET = 1;
    private static final int SECONDS = 5;
    private static final int BYTE = 0xFF;

    /** Reads a question; empty if it is none. */
    static Optional<DnsMessage> parse(byte[] bytes, int length) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
            int id = in.getShort();
            in.position(HEADER_BYTES);
            StringBuilder name = new StringBuilder();
            for (int size = in.get(); size > 0; size = in.get()) {
                byte[] label = new byte[size];
                in.get(label);
                name.append(name.length() == 0 ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
            }
            int type = in.getShort();
            in.getShort();
            byte[] question = new byte[in.position() - HEADER_BYTES];
            System.arraycopy(bytes, HEADER_BYTES, question, 0, question.length);
            return Optional.of(new DnsMessage(id, name.toString().toLowerCase(Locale.ROOT), type, question));
        } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException e) {
            return Optional.empty();
        }
    }

    /**
     * @param addresses IPv4 addresses; empty where the name is known and has none of the kind asked for
     */
    byte[] answer(boolean known, List<String> addresses) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        number(out, id);
        number(out, known ? ANSWER : ANSWER | NO_SUCH_NAME);
        number(out, 1);
        number(out, addresses.size());
        number(out, 0);
        number(out, 0);
        out.writeBytes(question);
        for (String address : addresses) {
            number(out, NAME_OF_QUESTION);
            number(out, ADDRESS);
            number(out, INTERNET);
            number(out, 0);
            number(out, SECONDS);
            String[] bytes = address.split("\\.");
            number(out, bytes.length);
            for (String value : bytes) {
                out.write(Integer.parseInt(value));
            }
        }
        return out.toByteArray();
    }

    private static void number(ByteArrayOutputStream out, int value) {
        out.write(value >> Byte.SIZE & BYTE);
        out.write(value & BYTE);
    }
}
