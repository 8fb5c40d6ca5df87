package io.undermoon.dev.imports.source;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Walks over the keys of one server, or of the masters behind one proxy. Not thread-safe. */
public final class KeyScan {
    private static final int COUNT = 1000;

    private final RedisConnection connection;
    private String cursor = "0";
    private boolean begun;

    public KeyScan(RedisConnection connection) {
        this.connection = connection;
    }

    public boolean hasNext() {
        return !begun || !cursor.equals("0");
    }

    /** Some keys, or none; one that is there all the time comes at least once. */
    public List<byte[]> next() throws IOException {
        begun = true;
        List<RespValue> reply = Reply.items(connection.demand("SCAN", cursor, "COUNT", COUNT));
        cursor = Reply.text(reply.get(0));
        List<byte[]> keys = new ArrayList<>();
        Reply.items(reply.get(1)).forEach(key -> keys.add(Reply.bytes(key)));
        return keys;
    }
}
