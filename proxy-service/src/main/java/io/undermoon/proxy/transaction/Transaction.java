package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.SessionFeature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An open transaction: the commands between {@code MULTI} and {@code EXEC}, which {@code EXEC} sends all at once. All
 * keys are in one slot, unless transactions are split: then {@code EXEC} makes {@linkplain #bySlot one for each slot}
 * of it. Owned by the session's loop.
 */
public final class Transaction implements SessionFeature {
    static final int NO_SLOT = -1;

    /** The largest size of a transaction, in bytes. */
    static final int MAX_BYTES = 64 << 20;

    private static final byte[] MULTI = "*1\r\n$5\r\nMULTI\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXEC = "*1\r\n$4\r\nEXEC\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The commands have passed the limits when they were queued. */
    private static final RequestLimits NO_LIMITS = new RequestLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

    private final ClientSession session;
    private final User user;

    /** On the heap: needs no release when the client leaves. */
    private final ByteBuf commands = Unpooled.buffer().writeBytes(MULTI);

    private final List<Command> queued = new ArrayList<>();
    private int count;
    private int slot = NO_SLOT;

    /** The slot of each command, as for {@link #add}. */
    private int[] slots = new int[4];

    /** The number of each command among those of the client, of which some are several here. */
    private int[] numbers = new int[4];

    private int ofClient;

    private boolean hasSeveralSlots;
    private @Nullable BitSet readers;
    private int hopsLeft = CommandHandler.NOT_FORWARDED;
    private boolean failed;
    private boolean mayWrite;
    private boolean hasWritingScript;

    Transaction(ClientSession session) {
        this.session = session;
        this.user = session.client().user();
        session.client().queued(0, commands.readableBytes());
    }

    /** The open transaction of a session; null if there is none. */
    public static @Nullable Transaction of(ClientSession session) {
        return (Transaction) session.features().get(FeatureKind.TRANSACTION);
    }

    @Override
    public FeatureKind kind() {
        return FeatureKind.TRANSACTION;
    }

    @Override
    public void close() {
        session.client().queuedNothing();
    }

    /** The user, with the rules of that moment, that the queued commands were allowed to. */
    User user() {
        return user;
    }

    /** How many commands are queued. */
    int count() {
        return count;
    }

    /** The number in the command table of each of the commands. */
    int[] commandIds() {
        return queued.stream().mapToInt(Command::id).toArray();
    }

    /** How many commands of the client they are: a command that is split is one of the client's. */
    int countOfClient() {
        return ofClient;
    }

    /** What is added next belongs to the command of the client that was added last. */
    void continueLast() {
        ofClient--;
    }

    /** The slot of all keys so far, the last one if there are several, or {@link #NO_SLOT}. */
    int slot() {
        return slot;
    }

    /** A peer that has been given the slot by this proxy is known to serve it, so no hop is needed. */
    boolean mayGoTo(Target.Remote peer) {
        return !fromPeer() || hopsLeft > 0 || peer.handedOver();
    }

    /** Whether the keys are in more than one slot. */
    boolean hasSeveralSlots() {
        return hasSeveralSlots;
    }

    /** Whether this holds for the slot of a command. */
    boolean anySlot(IntPredicate condition) {
        return slots().anyMatch(condition);
    }

    /** The slots of the commands. */
    IntStream slots() {
        return Arrays.stream(slots, 0, count).filter(each -> each != NO_SLOT).distinct();
    }

    /** Which commands have values in their replies; absent if none has. */
    @Nullable
    BitSet readers() {
        return readers;
    }

    /** The reply to the command that is queued next has values in it. */
    void markReader() {
        readers = readers == null ? new BitSet() : readers;
        readers.set(count);
    }

    /** Whether a peer sent the commands. */
    boolean fromPeer() {
        return hopsLeft != CommandHandler.NOT_FORWARDED;
    }

    /** How many more proxies may forward the commands; meaningless unless a peer sent them. */
    int hopsLeft() {
        return hopsLeft;
    }

    /** A peer has sent the commands, which so many more proxies may forward. */
    public void markFromPeer(int hops) {
        hopsLeft = hops;
    }

    /** Whether a command was refused, so that {@code EXEC} refuses all. */
    boolean failed() {
        return failed;
    }

    public void fail() {
        failed = true;
    }

    /** Whether one of the commands may change data. */
    public boolean mayWrite() {
        return mayWrite;
    }

    /** Whether one of the commands runs a script that may write. */
    boolean hasWritingScript() {
        return hasWritingScript;
    }

    boolean hasRoomFor(CommandFrame frame) {
        return commands.readableBytes() + frame.length() <= MAX_BYTES;
    }

    /**
     * Queues a command.
     *
     * @param commandSlot of its keys, or {@link #NO_SLOT} when it has none
     */
    void add(Command command, CommandFrame frame, int commandSlot) {
        frame.writeTo(commands);
        queued.add(command);
        if (count == slots.length) {
            slots = Arrays.copyOf(slots, 2 * count);
            numbers = Arrays.copyOf(numbers, 2 * count);
        }
        numbers[count] = ofClient++;
        slots[count++] = commandSlot;
        mayWrite |= command.mayWrite();
        hasWritingScript |= command.isWritingScript();
        if (commandSlot != NO_SLOT) {
            hasSeveralSlots |= slot != NO_SLOT && slot != commandSlot;
            slot = commandSlot;
        }
        session.client().queued(count, commands.readableBytes());
    }

    /**
     * A transaction for each slot, in the order of the first commands of the slots; commands without keys belong to the
     * slot of the command before them, or else to the first. This one is used up.
     *
     * @param firstSlot the slot whose transaction comes first, also if it is empty; {@link #NO_SLOT} for whichever is
     * @param order gets for each command, transaction after transaction, its number among the client's
     * @param hasValues whether the replies to a command have values in them
     */
    List<Transaction> bySlot(int firstSlot, int[] order, Predicate<Command> hasValues) {
        Map<Integer, Transaction> parts = new LinkedHashMap<>();
        Map<Integer, List<Integer>> inPart = new LinkedHashMap<>();
        if (firstSlot != NO_SLOT) {
            parts.put(firstSlot, new Transaction(session));
            inPart.put(firstSlot, new ArrayList<>());
        }
        int current = slots().findFirst().orElse(NO_SLOT);
        CommandDecoder decoder = new CommandDecoder(NO_LIMITS);
        commands.skipBytes(MULTI.length);
        for (int i = 0; decoder.decode(commands); i++) {
            current = slots[i] == NO_SLOT ? current : slots[i];
            Transaction part = parts.computeIfAbsent(current, added -> new Transaction(session));
            if (hasValues.test(queued.get(i))) {
                part.markReader();
            }
            part.add(queued.get(i), decoder.frame(), current);
            inPart.computeIfAbsent(current, added -> new ArrayList<>()).add(numbers[i]);
        }
        decoder.close();
        session.client().queuedNothing();
        int next = 0;
        for (List<Integer> ofSlot : inPart.values()) {
            for (int number : ofSlot) {
                order[next++] = number;
            }
        }
        return List.copyOf(parts.values());
    }

    /** What is sent to a node: {@code MULTI}, the commands as they came, {@code EXEC}; {@code count() + 2} commands. */
    ByteBuf toBatch() {
        return commands.writeBytes(EXEC);
    }

    /** Writes a command in another form than it came in. */
    interface Form {
        /** Returns false when the command cannot be sent. */
        boolean write(Command command, CommandFrame frame, ByteBuf batch);
    }

    /** What is sent to a node, each command in this form; null when one cannot be sent. */
    @Nullable
    ByteBuf toBatch(Form form) {
        ByteBuf batch = Unpooled.buffer().writeBytes(MULTI);
        CommandDecoder decoder = new CommandDecoder(NO_LIMITS);
        commands.skipBytes(MULTI.length);
        boolean isWhole = true;
        for (int i = 0; isWhole && decoder.decode(commands); i++) {
            isWhole = form.write(queued.get(i), decoder.frame(), batch);
        }
        decoder.close();
        return isWhole ? batch.writeBytes(EXEC) : null;
    }
}
