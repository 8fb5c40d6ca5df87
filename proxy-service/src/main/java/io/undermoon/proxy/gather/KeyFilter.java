package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.slot.Slot;
import java.util.function.IntPredicate;

/** Which of the keys that a node or peer names clients get. Immutable. */
public final class KeyFilter {
    private final IntPredicate slots;

    private KeyFilter(IntPredicate slots) {
        this.slots = slots;
    }

    /**
     * The keys of slots that the source serves, so neither what a move has left behind nor what a move has copied
     * already. Peers filter their keys themselves.
     */
    public static KeyFilter ofOwner(RouteTable routes, Route.Send source) {
        return new KeyFilter(
                source instanceof Target.Remote
                        ? slot -> true
                        : slot -> routes.settledOwner(slot).equals(source));
    }

    /** The keys of the slots {@code [first, last]}. */
    static KeyFilter ofSlots(int first, int last) {
        return new KeyFilter(slot -> slot >= first && slot <= last);
    }

    /** Whether clients may see a key. */
    public boolean sees(ByteBuf in, int start, int length) {
        return slots.test(Slot.of(in, start, length));
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
