package io.undermoon.broker.data;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands as bytes, and what their replies say. */
final class Replies {
    static final Charset CHARSET = StandardCharsets.UTF_8;

    private Replies() {}

    static List<byte[]> command(List<String> words) {
        return words.stream().map(word -> word.getBytes(CHARSET)).toList();
    }

    /** A command about a key. */
    static List<byte[]> command(String name, byte[] key, String... arguments) {
        List<byte[]> command = new ArrayList<>(List.of(name.getBytes(CHARSET), key));
        command.addAll(command(List.of(arguments)));
        return command;
    }

    /** A command of two words about a key. */
    static List<byte[]> command(List<String> words, byte[] key) {
        List<byte[]> command = new ArrayList<>(command(words));
        command.add(key);
        return command;
    }

    /**
     * A reply that is no error.
     *
     * @throws UndermoonException with the words of the proxy
     */
    static RespValue accepted(ProxyAddress proxy, RespValue reply) {
        if (reply instanceof RespValue.Failure failure) {
            boolean isRefused = isOneOf(failure.text(), "NOPERM ", "NOAUTH ", "WRONGPASS ");
            throw new UndermoonException(
                    isRefused ? ErrorCode.CLUSTER_USER_REFUSED : ErrorCode.NO_REPLY_OF_CLUSTER,
                    proxy + ": " + failure.text());
        }
        return reply;
    }

    static List<RespValue> array(ProxyAddress proxy, RespValue reply) {
        if (accepted(proxy, reply) instanceof RespValue.Array array) {
            return array.items();
        }
        throw unexpected(proxy, "a command that has a list for an answer");
    }

    static UndermoonException unexpected(ProxyAddress proxy, String command) {
        return new UndermoonException(
                ErrorCode.NO_REPLY_OF_CLUSTER, proxy + " answers " + command + " with something else");
    }

    /** Of strings and numbers; empty for what is neither. */
    static byte[] bytes(RespValue reply) {
        if (reply instanceof RespValue.Bulk bulk) {
            return bulk.bytes();
        }
        return reply instanceof RespValue.Simple || reply instanceof RespValue.Int
                ? reply.asText().getBytes(CHARSET)
                : new byte[0];
    }

    static @Nullable String textOrNull(RespValue reply) {
        return reply instanceof RespValue.Simple || reply instanceof RespValue.Bulk ? reply.asText() : null;
    }

    static @Nullable Long numberOrNull(RespValue reply) {
        return reply instanceof RespValue.Int number ? number.value() : null;
    }

    /** Null if the key does not expire, or is not there. */
    static @Nullable Long ttlOrNull(RespValue reply) {
        return reply instanceof RespValue.Int number && number.value() >= 0 ? number.value() : null;
    }

    private static boolean isOneOf(String text, String... beginnings) {
        for (String beginning : beginnings) {
            if (text.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }
}
