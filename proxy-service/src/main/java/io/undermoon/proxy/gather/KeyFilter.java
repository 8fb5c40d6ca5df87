package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.slot.Slot;

/**
 * Which of the keys that a target names are the cluster's: those of slots that it serves. What is left over from a move, or
 * not there for good yet, is not seen. A peer has filtered already.
 */
public final class KeyFilter {
    private final RouteTable routes;
    private final Target source;

    public KeyFilter(RouteTable routes, Target source) {
        this.routes = routes;
        this.source = source;
    }

    /** Whether clients may see a key. */
    public boolean sees(ByteBuf in, int start, int length) {
        return source instanceof Target.Remote
                || routes.settledOwner(Slot.of(in, start, length)).equals(source);
    }

    /** How many of the next strings are keys to be seen. */
    int count(ReplyCursor keys, int strings) {
        int seen = 0;
        for (int i = 0; i < strings; i++) {
            if (keys.string() && sees(keys.buffer(), keys.stringStart(), keys.stringLength())) {
                seen++;
            }
        }
        return seen;
    }

    /** Copies those of the next strings that are keys to be seen. */
    void copy(ReplyCursor keys, int strings, ByteBuf out) {
        for (int i = 0; i < strings; i++) {
            int begin = keys.index();
            if (keys.string() && sees(keys.buffer(), keys.stringStart(), keys.stringLength())) {
                out.writeBytes(keys.buffer(), begin, keys.index() - begin);
            }
        }
    }
}
