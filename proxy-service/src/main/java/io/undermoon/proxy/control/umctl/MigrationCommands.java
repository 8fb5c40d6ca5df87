package io.undermoon.proxy.control.umctl;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.resp.RespWriter;
import io.undermoon.umctl.FinishedMigration;
import io.undermoon.umctl.Handshake;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.UmctlSyntaxException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The sub-commands of {@code UMCTL} about slot migrations. */
public final class MigrationCommands {
    private final Migrations migrations;

    public MigrationCommands(Migrations migrations) {
        this.migrations = migrations;
    }

    void finished(ByteBuf out) {
        List<MigrationTask> finished = migrations.finished();
        RespWriter.array(out, finished.size());
        finished.forEach(task -> RespWriter.bulk(out, FinishedMigration.print(task)));
    }

    /** {@code UMCTL MIGRATIONS [ENDED]}: those that run, or the newest from this proxy that have ended. */
    void progress(CommandFrame frame, ByteBuf out) {
        boolean ended = frame.argumentCount() == 3 && frame.argumentIs(2, "ENDED");
        if (frame.argumentCount() > 2 && !ended) {
            throw new ErrorReplyException("Invalid arguments");
        }
        List<MigrationProgress> all = ended ? migrations.ended() : migrations.progress();
        RespWriter.array(out, all.size());
        all.forEach(progress -> RespWriter.command(out, progress.toReply()));
    }

    /**
     * @throws UmctlSyntaxException the message is malformed
     */
    CompletionStage<ByteBuf> handshake(CommandFrame frame) {
        Handshake message = Handshake.parse(frame.argument(1), frame.arguments(2));
        if (!message.task().slotRange().isMigrating()) {
            throw new ErrorReplyException("Invalid Arg");
        }
        if (!message.version().equals(Handshake.VERSION)) {
            throw new ErrorReplyException("switch failed: IncompatibleVersion");
        }
        return migrations.answer(message).thenApply(text -> Replies.of(out -> write(text, out)));
    }

    private static void write(String text, ByteBuf out) {
        if (text.equals("OK") || text.startsWith("OK ")) {
            RespWriter.simple(out, text);
        } else {
            RespWriter.error(out, text);
        }
    }
}
