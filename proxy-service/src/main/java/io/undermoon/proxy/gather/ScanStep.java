package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code SCAN}: which node is asked with which cursor, and what cursor the client gets.
 *
 * <p>Nodes are scanned one after the other, proxy by proxy; each call asks one node, so a whole scan returns what the
 * nodes' own scans return. A cursor is valid while every slot stays where it is, which its fingerprint tells: after a
 * change a key might be missed, so the client is told to begin again. A peer is scanned with the cursor of its own
 * nodes, which has its own fingerprint; the two are combined in one cursor, because they are only compared together.
 *
 * @param target the node or peer to ask; null when there is nothing to scan
 * @param cursor of the command that is sent
 */
public record ScanStep(Masters masters, Scope scope, int member, int node, Route.@Nullable Send target, long cursor) {
    private static final int CURSOR_ARGUMENT = 1;

    /** Which nodes are scanned. */
    public enum Scope {
        /** The nodes behind this proxy. */
        PROXY,
        /** The nodes of all proxies. */
        CLUSTER
    }

    /**
     * The step that a client's cursor leads to.
     *
     * @return null when the cursor is not valid any more, or belongs to another proxy
     * @throws ProtocolException if the argument is no cursor
     */
    public static @Nullable ScanStep of(CommandFrame frame, Masters masters, Scope scope) {
        long cursor = Decimal.parseUnsigned(
                frame.buffer(), frame.argumentStart(CURSOR_ARGUMENT), frame.argumentLength(CURSOR_ARGUMENT));
        if (cursor == Decimal.INVALID) {
            throw new ProtocolException("invalid cursor");
        }
        if (scope == Scope.PROXY) {
            return local(masters, scope, 0, cursor);
        }
        ScanCursor parts = ScanCursor.decode(cursor);
        if (masters.members().isEmpty()) {
            return cursor == 0 ? new ScanStep(masters, scope, 0, 0, null, 0) : null;
        }
        if (parts.member() >= masters.members().size()) {
            return null;
        }
        int fingerprint = parts.fingerprint() ^ masters.clusterFingerprint();
        long inner = cursor == 0 ? 0 : new ScanCursor(fingerprint, 0, parts.node(), parts.position()).encode();
        boolean beginsMember = parts.node() == 0 && parts.position() == 0;
        if (beginsMember && inner != 0) {
            return null;
        }
        Target.Remote remote = masters.members().get(parts.member()).remote();
        return remote == null
                ? local(masters, scope, parts.member(), inner)
                : new ScanStep(masters, scope, parts.member(), 0, remote, inner);
    }

    private static @Nullable ScanStep local(Masters masters, Scope scope, int member, long cursor) {
        ScanCursor parts = ScanCursor.decode(cursor);
        boolean isNow = cursor == 0 || parts.fingerprint() == masters.localFingerprint() && parts.member() == 0;
        int count = masters.owners(false).size();
        if (!isNow || (parts.node() >= count && cursor != 0)) {
            return null;
        }
        Route.Send node = count == 0 ? null : masters.owners(false).get(parts.node());
        return new ScanStep(masters, scope, member, parts.node(), node, parts.position());
    }

    /** The command for the target: the client's with another cursor. */
    public CommandFrame command(CommandFrame client) {
        CommandBuilder command = new CommandBuilder(client.argumentCount());
        command.add(client, 0).add(Long.toString(cursor));
        for (int i = CURSOR_ARGUMENT + 1; i < client.argumentCount(); i++) {
            command.add(client, i);
        }
        return command.build();
    }

    /** The client's reply, made of the target's. */
    public void merge(Gather replies, ByteBuf out) {
        ReplyCursor reply = new ReplyCursor(replies.reply(0));
        if (reply.array() != 2 || !reply.string() || target == null) {
            throw new ProtocolException("not a reply to SCAN");
        }
        writeCursor(next(reply.unsigned()), out);
        int strings = reply.array();
        KeyFilter filter = new KeyFilter(masters.topology().routes(), target);
        RespWriter.array(out, filter.count(reply.fork(), strings));
        filter.copy(reply, strings, out);
    }

    /** The reply when there is nothing to scan. */
    public static void writeNothing(ByteBuf out) {
        writeCursor(0, out);
        RespWriter.array(out, 0);
    }

    private static void writeCursor(long cursor, ByteBuf out) {
        RespWriter.array(out, 2);
        RespWriter.bulk(out, cursor);
    }

    /** The client's next cursor, after the target answered with this one. */
    private long next(long answered) {
        if (answered == Decimal.INVALID) {
            throw new ProtocolException("not a cursor");
        }
        long inner = target instanceof Target.Local ? nextLocal(answered) : answered;
        if (scope == Scope.PROXY) {
            return inner;
        }
        if (inner != 0) {
            ScanCursor parts = ScanCursor.decode(inner);
            int fingerprint = parts.fingerprint() ^ masters.clusterFingerprint();
            return new ScanCursor(fingerprint, member, parts.node(), parts.position()).encode();
        }
        boolean isLast = member + 1 == masters.members().size();
        return isLast ? 0 : new ScanCursor(masters.clusterFingerprint(), member + 1, 0, 0).encode();
    }

    private long nextLocal(long answered) {
        if (answered != 0) {
            return new ScanCursor(masters.localFingerprint(), 0, node, answered).encode();
        }
        boolean isLast = node + 1 == masters.owners(false).size();
        return isLast ? 0 : new ScanCursor(masters.localFingerprint(), 0, node + 1, 0).encode();
    }
}
