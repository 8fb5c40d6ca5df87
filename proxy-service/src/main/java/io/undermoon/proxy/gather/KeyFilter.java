package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.slot.Slot;

/**
 * Which of the keys that a node has clients may see: those of slots that it serves, so neither what a move has left
 * behind nor what a move has copied already. Peers filter their keys themselves.
 */
public final class KeyFilter {
    private final RouteTable routes;
    private final Route.Send source;

    public KeyFilter(RouteTable routes, Route.Send source) {
        this.routes = routes;
        this.source = source;
    }

    /** Whether clients may see a key. */
    public boolean sees(ByteBuf in, int start, int length) {
        return source instanceof Target.Remote
                || routes.settledOwner(Slot.of(in, start, length)).equals(source);
    }

    /** How many of the next strings are keys that clients may see. */
    int count(ReplyCursor keys, int strings) {
        int seen = 0;
        for (int i = 0; i < strings; i++) {
            if (keys.string() && sees(keys.buffer(), keys.stringStart(), keys.stringLength())) {
                seen++;
            }
        }
        return seen;
    }

    /** Copies those of the next strings that are keys that clients may see. */
    void copy(ReplyCursor keys, int strings, ByteBuf out) {
        for (int i = 0; i < strings; i++) {
            int begin = keys.index();
            if (keys.string() && sees(keys.buffer(), keys.stringStart(), keys.stringLength())) {
                out.writeBytes(keys.buffer(), begin, keys.index() - begin);
            }
        }
    }
}
