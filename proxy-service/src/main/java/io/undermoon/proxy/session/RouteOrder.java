package io.undermoon.proxy.session;

import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;

/**
 * Keeps a session's commands for one slot in order while routes change: a command is sent on a new path only when the
 * replies to all commands on the old one are in.
 *
 * <p>At any time, all commands in flight for a slot took the path that one table, the {@link #base}, has for it. A
 * command whose path in the newest table is the same may follow them at once, so slots that stay where they are wait
 * for nothing; for another one the session waits until it is idle, and the newest table becomes the base. While the
 * routes do not change, all this is one comparison of references. Owned by the session's loop.
 */
final class RouteOrder {
    private RouteTable base = RouteTable.EMPTY;

    /**
     * Whether a command may be sent now.
     *
     * @param slot of the command; negative when it is about many slots or unknown ones, so that it has to follow the
     *     commands on every path
     * @param idle whether no command of the session is in flight
     */
    boolean permits(RouteTable now, int slot, boolean idle) {
        if (now == base && slot >= 0) {
            return true;
        }
        if (idle) {
            base = now;
            return true;
        }
        return slot < 0 ? now == base && !now.slotsMoveAtPeers() : Target.isSamePath(now.owner(slot), base.owner(slot));
    }
}
