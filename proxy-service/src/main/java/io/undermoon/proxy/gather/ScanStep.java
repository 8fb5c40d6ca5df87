package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.route.Target;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.OptionalLong;

/**
 * One call of {@code SCAN} at a node behind this proxy: what the node is asked, and what the client gets. Immutable.
 *
 * <p>A scan goes through the slots in their order, run by run. For each run of slots with one owner the owner's node is
 * scanned with the node's own cursor, and of its keys those of the run are returned. Each call is carried out by the
 * proxy that owns the slot at which the cursor stands, like a command for a key of that slot, so no proxy relies on
 * what it believes of slots of others. This keeps the promise of Redis: a key that is there during the whole scan is
 * returned at least once. A run is only left behind when all positions were visited at one node that owned all slots of
 * the run at each of these visits:
 *
 * <ul>
 *   <li>The node that is asked owns the run when the call is sent, so also when it is carried out: the switch of a move
 *       waits for all commands in flight.
 *   <li>If the run has become shorter or longer or has another node since the last call, it begins again, because the
 *       tag, a hash of the node's address and the run, does not fit. Keys may be returned twice then.
 *   <li>If it was given away and taken back between two calls, that does no harm: the place of a key in the table of a
 *       server follows from its name alone.
 * </ul>
 *
 * @param runs all runs, as they were when the call was sent
 * @param run what is scanned
 * @param cluster whether the scan goes on at other proxies
 * @param position the cursor for the node; 0 to begin
 */
record ScanStep(SlotRuns runs, SlotRuns.Run run, boolean cluster, long position) {
    private static final int CURSOR_ARGUMENT = 1;

    /** The count of a client that does not name one. */
    private static final long DEFAULT_COUNT = 10;

    /** The most that a client's count is raised to: what a node looks at within some hundred microseconds. */
    private static final long MAX_RAISED_COUNT = 4000;

    /** The cursor of a client's command; null if the argument is none. */
    static ScanCursor cursor(CommandFrame frame) {
        long cursor = Decimal.parseUnsigned(
                frame.buffer(), frame.argumentStart(CURSOR_ARGUMENT), frame.argumentLength(CURSOR_ARGUMENT));
        if (cursor == Decimal.INVALID) {
            throw new ProtocolException("invalid cursor");
        }
        return ScanCursor.decode(cursor);
    }

    /**
     * The call that a cursor leads to.
     *
     * @param run the next one from the cursor's slot on, at a node behind this proxy
     */
    static ScanStep of(SlotRuns runs, SlotRuns.Run run, boolean cluster, ScanCursor cursor) {
        boolean goesOn = cursor.slot() == run.first() && cursor.tag() == tag(run);
        return new ScanStep(runs, run, cluster, goesOn ? cursor.position() : 0);
    }

    /** A hash of the node and the run. */
    private static int tag(SlotRuns.Run run) {
        Target.Local owner = (Target.Local) run.owner();
        long hash = owner.node().toString().hashCode();
        hash = (hash << 32 ^ run.first() << 16 ^ run.last()) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 32;
        hash *= 0xD6E8FEB86659FD93L;
        return (int) (hash >>> Long.SIZE - ScanCursor.TAG_BITS);
    }

    /**
     * The command for the node: the client's with the node's cursor, and a larger count if only some of the node's keys
     * are returned. An option given twice counts as it was given last.
     */
    CommandFrame command(CommandFrame client) {
        long count = raisedCount(client);
        CommandBuilder command = new CommandBuilder(client.argumentCount() + (count == 0 ? 0 : 2));
        command.add(client, 0).add(Long.toString(position));
        for (int i = CURSOR_ARGUMENT + 1; i < client.argumentCount(); i++) {
            command.add(client, i);
        }
        if (count != 0) {
            command.add("COUNT").add(Long.toString(count));
        }
        return command.build();
    }

    /** The count in place of the client's; 0 to leave it as it is, also if the node will refuse it. */
    private long raisedCount(CommandFrame client) {
        long share = (runs.slotsOf(run.owner()) + run.size() - 1) / run.size();
        if (share == 1 || client.argumentCount() % 2 != 0) {
            return 0;
        }
        long count = DEFAULT_COUNT;
        for (int option = CURSOR_ARGUMENT + 1; option < client.argumentCount(); option += 2) {
            if (client.argumentIs(option, "COUNT")) {
                OptionalLong given = Integers.parse(client.argument(option + 1));
                if (given.isEmpty() || given.getAsLong() < 1) {
                    return 0;
                }
                count = given.getAsLong();
            }
        }
        return count >= MAX_RAISED_COUNT ? 0 : Math.min(count * share, MAX_RAISED_COUNT);
    }

    /** The client's reply, made of the node's. */
    void answer(Gather replies, ByteBuf out) {
        ReplyCursor reply = new ReplyCursor(replies.reply(0));
        if (reply.array() != 2 || !reply.string()) {
            throw new ProtocolException("not a reply to SCAN");
        }
        long answered = reply.unsigned();
        if (answered == Decimal.INVALID) {
            throw new ProtocolException("not a cursor");
        }
        writeCursor(after(answered), out);
        int strings = reply.array();
        KeyFilter filter = KeyFilter.ofSlots(run.first(), run.last());
        RespWriter.array(out, filter.count(reply.fork(), strings));
        filter.copy(reply, strings, out);
    }

    /** The client's next cursor after the node answered with this one; 0 at the end. */
    long after(long answered) {
        if (answered != 0) {
            return new ScanCursor(run.first(), tag(run), answered).encode();
        }
        SlotRuns.Run next = run.last() + 1 == Slot.COUNT ? null : runs.next(run.last() + 1, cluster);
        return next == null ? 0 : ScanCursor.startingAt(next.first()).encode();
    }

    /** The reply when there is nothing to scan. */
    static void writeNothing(ByteBuf out) {
        writeCursor(0, out);
        RespWriter.array(out, 0);
    }

    private static void writeCursor(long cursor, ByteBuf out) {
        RespWriter.array(out, 2);
        RespWriter.bulk(out, cursor);
    }
}
