package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Stands in for the product's class of this name: asks the model of Redis for the value and restores it. */
@NullMarked
final class KeyCopy {
    private final Owner owner;
    private final String key;
    private final boolean found;
    private final DirectConnection source;
    private final DirectConnection destination;
    private long size;

    /** See the product's. */
    interface Owner {
        void sized(KeyCopy copy);

        void valueStarted(long length, boolean isString);

        void forwarded(int bytes);

        void copied(KeyCopy copy);

        void failed(String reason);
    }

    KeyCopy(
            Owner owner,
            byte[] key,
            boolean found,
            DirectConnection source,
            DirectConnection destination,
            @Nullable ExpiryTimes expiryTimes) {
        this.owner = owner;
        this.key = new String(key, StandardCharsets.UTF_8);
        this.found = found;
        this.source = source;
        this.destination = destination;
    }

    boolean isFound() {
        return found;
    }

    long size() {
        return size;
    }

    void requestValue(long assumedSize, boolean isLikelyString) {
        size = assumedSize;
        requestValue();
    }

    void requestSize() {
        source.ask(List.of("MEMORY", "USAGE", key), reply -> {
            size = reply instanceof RespValue.Int number ? number.value() : 0;
            owner.sized(this);
        });
    }

    void requestValue() {
        source.ask(List.of("DUMP", key), reply -> {
            if (reply instanceof RespValue.Bulk value) {
                owner.valueStarted(value.bytes().length, true);
                restore(List.of("RESTORE", key, "0", value.text(), "REPLACE", "ABSTTL"));
                owner.forwarded(value.bytes().length);
            } else {
                restore(List.of("UNLINK", key));
            }
        });
    }

    private void restore(List<String> command) {
        destination.ask(command, reply -> {
            if (reply instanceof RespValue.Failure failure) {
                owner.failed(failure.text());
            } else {
                owner.copied(this);
            }
        });
    }
}
