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
 * The translation of commands to a Redis node, and of its replies, in a cluster that may have compressed values. Only
 * the proxy in front of the node translates, so no value is compressed twice.
 *
 * <p>A loop reads compressed values as soon as it knows that there may be some, and writes them only
 * {@value #GRACE_SECONDS} s later. By then all other loops and proxies know as well, and the replies to earlier
 * commands have arrived, so no client reads the compressed form when compression is switched on under load. Owned by
 * one event loop.
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
     * The form of a command to send.
     *
     * @param refusal the reason why the command is refused; null if it is sent
     */
    public record Stored(CommandFrame frame, @Nullable BackendFailure refusal) {}

    /**
     * Converts the values of a command to their stored form.
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

    /** The same command if no value changes. */
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

    /** Wraps the receiver of a reply that may have compressed values, so that it gets plain ones. */
    public ReplyReceiver reader(Command command, ReplyReceiver receiver) {
        return reads(command) ? new PlainReply(codec, null, receiver) : receiver;
    }

    /**
     * Wraps the receiver of the reply to a transaction.
     *
     * @param readers the elements that are replies to commands that {@link #reads read}
     */
    public ReplyReceiver reader(BitSet readers, ReplyReceiver receiver) {
        return readers.isEmpty() ? receiver : new PlainReply(codec, readers, receiver);
    }

    /** Whether the reply to a command may have compressed values. */
    public boolean reads(Command command) {
        return commands.use(command).reads();
    }
}
