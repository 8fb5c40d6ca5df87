package io.undermoon.proxy.compression;

import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.compression.ValueCodec.ValueTooLargeException;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Commands on their way to a Redis node, and replies on theirs back, in a cluster that has or may have compressed values. Only
 * the proxy in front of the node does this, so nothing is compressed twice.
 *
 * <p>A loop reads compressed values from the moment it knows that there may be some, and writes them only
 * {@value #GRACE_SECONDS} s later. By then the other loops and proxies know it too, and every reply that was sent for
 * before has come in: no reader is handed the compressed form when compression is switched on under load. Owned by one event
 * loop.
 */
public final class StoredValues {
    private static final long GRACE_SECONDS = 5;
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(GRACE_SECONDS);

    private final ValueCodec codec = new ValueCodec();
    private final ValueCommands commands;

    public StoredValues(CommandTable commands) {
        this.commands = new ValueCommands(commands);
    }

    /**
     * A command as it is to be sent.
     *
     * @param refusal why it is not to be sent at all; absent if it is
     */
    public record Stored(CommandFrame frame, @Nullable BackendFailure refusal) {}

    /**
     * Puts the values of a command into their stored form.
     *
     * @param knownNanos for how long the proxy has known that there may be compressed values
     */
    public Stored store(CompressionStrategy strategy, Command command, CommandFrame frame, long knownNanos) {
        if (strategy == CompressionStrategy.SET_GET_ONLY && commands.needsBytes(command, frame)) {
            return new Stored(frame, new BackendFailure("ERR unsupported string command when compression is enabled"));
        }
        if (!commands.use(command).writes()) {
            return new Stored(frame, null);
        }
        boolean compresses = strategy.writes() && knownNanos >= GRACE_NANOS;
        try {
            return new Stored(withFrames(command, frame, compresses), null);
        } catch (ValueTooLargeException e) {
            return new Stored(frame, new BackendFailure(String.valueOf(e.getMessage())));
        }
    }

    /** The same command if all its values stay as they are. */
    private CommandFrame withFrames(Command command, CommandFrame frame, boolean compresses)
            throws ValueTooLargeException {
        int count = frame.argumentCount();
        ValueCommands.Places places = ValueCommands.places(command, frame);
        @Nullable byte[][] framed = null;
        for (int i = places.first(); i < places.end(); i += places.step()) {
            byte[] value = codec.frame(frame.buffer(), frame.argumentStart(i), frame.argumentLength(i), compresses);
            if (value != null) {
                framed = framed == null ? new byte[count][] : framed;
                framed[i] = value;
            }
        }
        if (framed == null) {
            return frame;
        }
        CommandBuilder changed = new CommandBuilder(count);
        for (int i = 0; i < count; i++) {
            byte[] value = framed[i];
            if (value == null) {
                changed.add(frame, i);
            } else {
                changed.add(value);
            }
        }
        return changed.build();
    }

    /** Who receives the reply to a command, if it has values that may be compressed, to pass it on with plain ones. */
    public ReplyReceiver reader(Command command, ReplyReceiver receiver) {
        return reads(command) ? new PlainReply(codec, null, receiver) : receiver;
    }

    /**
     * The same for the reply to a transaction.
     *
     * @param readers the elements of it that are replies to commands that {@link #reads read}
     */
    public ReplyReceiver reader(BitSet readers, ReplyReceiver receiver) {
        return readers.isEmpty() ? receiver : new PlainReply(codec, readers, receiver);
    }

    /** Whether values in the reply to a command may be compressed. */
    public boolean reads(Command command) {
        return commands.use(command).reads();
    }
}
