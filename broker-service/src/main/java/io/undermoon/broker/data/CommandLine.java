package io.undermoon.broker.data;

import io.undermoon.broker.data.Dialogue.Answer;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.rediscli.CommandWords;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Carries out commands that people type, each on a connection of its own. */
public final class CommandLine {
    private final DataAccess access;

    public CommandLine(DataAccess access) {
        this.access = access;
    }

    /**
     * A command that the command line takes.
     *
     * @param name without the arguments, which are data
     */
    public record Typed(String name, List<byte[]> words) {
        public Typed {
            words = List.copyOf(words);
        }
    }

    /**
     * A reply.
     *
     * @param reply as {@code redis-cli} shows it
     * @param truncated whether something is missing at its end
     */
    @Schema(name = "CommandReply")
    public record Reply(String reply, boolean truncated, ProxyAddress proxy) {}

    /**
     * Reads a line.
     *
     * @throws UndermoonException if it is no command, or one that is not taken
     */
    public static Typed read(String line) {
        try {
            List<byte[]> words = CommandWords.split(line);
            return new Typed(TakenCommands.name(words), words);
        } catch (IllegalArgumentException e) {
            throw new UndermoonException(ErrorCode.COMMAND_NOT_TAKEN, "the line is no command: " + e.getMessage());
        }
    }

    public Reply run(Members members, ClusterLogin login, Typed command) {
        return access.request(members, login, dialogue -> {
            Answer answer = dialogue.ask(members.proxies(), command.words());
            ShownReply.Shown shown = ShownReply.of(answer.reply(), command.name());
            return new Reply(shown.text(), shown.isTruncated(), answer.proxy());
        });
    }
}
