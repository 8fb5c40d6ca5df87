package io.undermoon.proxy.control.umctl;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.MigrationTask;
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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The sub-commands of {@code UMCTL} that are about moving slots. */
public final class MigrationCommands {
    private static final Logger LOG = Logger.getLogger(MigrationCommands.class);

    private final Migrations migrations;

    public MigrationCommands(Migrations migrations) {
        this.migrations = migrations;
    }

    void finished(ByteBuf out) {
        List<MigrationTask> finished = migrations.finished();
        RespWriter.array(out, finished.size());
        finished.forEach(task -> RespWriter.bulk(out, FinishedMigration.print(task)));
    }

    void progress(ByteBuf out) {
        List<MigrationProgress> all = migrations.progress();
        RespWriter.array(out, all.size());
        all.forEach(progress -> RespWriter.command(out, progress.toReply()));
    }

    @Nullable
    CompletionStage<ByteBuf> handshake(CommandFrame frame, ByteBuf out) {
        Handshake message;
        try {
            message = Handshake.parse(frame.argument(1), frame.arguments(2));
        } catch (UmctlSyntaxException e) {
            LOG.warnf("refused UMCTL %s: %s", frame.argument(1), UmctlCommands.reason(e));
            RespWriter.error(out, "failed to parse migration switch arguments");
            return null;
        }
        if (!message.task().slotRange().isMigrating()) {
            RespWriter.error(out, "Invalid Arg");
            return null;
        }
        if (!message.version().equals(Handshake.VERSION)) {
            RespWriter.error(out, "switch failed: IncompatibleVersion");
            return null;
        }
        return migrations.answer(message).thenApply(text -> Replies.of(answer -> reply(text, answer)));
    }

    private static void reply(String text, ByteBuf out) {
        if (text.equals("OK")) {
            Replies.ok(out);
        } else {
            RespWriter.error(out, text);
        }
    }
}
