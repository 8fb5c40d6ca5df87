package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code SLOWLOG}: the slow commands of the proxy, in the format of Redis. */
public final class SlowLogCommands {
    private static final int DEFAULT_COUNT = 10;
    private static final String HELP = """
            GET [<count>]
                Return top <count> entries from the slowlog (default: 10, -1 mean all).
                Entries are made of:
                id, timestamp, time in microseconds, arguments array, client IP and port,
                client name
            LEN
                Return the length of the slowlog.
            RESET
                Reset the slowlog.
            """;

    private final SlowLog slowLog;
    private final NodeAdmin nodes;

    public SlowLogCommands(SlowLog slowLog, NodeAdmin nodes) {
        this.slowLog = slowLog;
        this.nodes = nodes;
    }

    public void register(HandlerTable table) {
        table.later("slowlog|get", this::get)
                .plain("slowlog|len", out -> RespWriter.integer(out, slowLog.size()))
                .plain("slowlog|reset", this::reset)
                .plain("slowlog|help", Replies.help("SLOWLOG", HELP));
    }

    private @Nullable CompletionStage<ByteBuf> get(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() == 4 && frame.argumentIs(3, NodeAdmin.NODES)) {
            return nodes.replyByNode(frame.arguments(0).subList(0, 3));
        }
        if (frame.argumentCount() > 3) {
            throw new ErrorReplyException(CommandErrors.SYNTAX);
        }
        String error = "ERR count should be greater than or equal to -1";
        long count = frame.argumentCount() == 2 ? DEFAULT_COUNT : Arguments.integer(frame, 2, error);
        if (count < -1) {
            throw new ErrorReplyException(error);
        }
        List<SlowLog.Entry> entries = slowLog.newest(count);
        RespWriter.array(out, entries.size());
        for (SlowLog.Entry entry : entries) {
            RespWriter.array(out, 6);
            RespWriter.integer(out, entry.id());
            RespWriter.integer(out, entry.created().getEpochSecond());
            RespWriter.integer(out, TimeUnit.NANOSECONDS.toMicros(entry.elapsedNanos()));
            RespWriter.command(out, entry.arguments());
            RespWriter.bulk(out, entry.clientAddress());
            RespWriter.bulk(out, entry.clientName());
        }
        return null;
    }

    private void reset(ByteBuf out) {
        slowLog.reset();
        Replies.ok(out);
    }
}
