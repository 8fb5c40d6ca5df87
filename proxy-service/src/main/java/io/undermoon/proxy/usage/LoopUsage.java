package io.undermoon.proxy.usage;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.usage.HotKeySession.Metric;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is looked at of the commands of one loop. Owned by the loop. While nothing is wanted it costs one subtraction
 * for each command.
 */
public final class LoopUsage {
    private static final int MAX_UNUSED = 4096;

    private final ProxyLoop loop;
    private final ArrayDeque<SampledReply> unused = new ArrayDeque<>();

    /** What slots are used, by the role of the clients; none while that is not counted. */
    private Map<Role, SlotUsage> slots = Map.of();

    private @Nullable Search search;
    private SampleInterval interval = SampleInterval.never();

    LoopUsage(ProxyLoop loop) {
        this.loop = loop;
    }

    /** What a search for hot keys has found on this loop. */
    static final class Search {
        final HotKeySession session;
        final Map<Metric, TopKeys> keys = new EnumMap<>(Metric.class);
        boolean isOver;
        long commands;
        long samples;
        long micros;
        long bytes;
        long microsInSlots;
        long bytesInSlots;

        Search(HotKeySession session) {
            this.session = session;
            session.metrics().forEach(metric -> keys.put(metric, new TopKeys()));
        }
    }

    ProxyLoop loop() {
        return loop;
    }

    /** Whether the command that is sent to an own node next is to be looked at. */
    public boolean isDue() {
        return interval.isDue();
    }

    /**
     * Looks at a command that is due.
     *
     * @return the receiver of its reply, in the place of the one given
     */
    public ReplyReceiver sample(Role role, Command command, CommandFrame frame, ReplyReceiver receiver) {
        int slot = Keys.slotOf(command, frame);
        int weight = interval.take(loop.nowNanos());
        return slot < 0 ? receiver : begin(role, slot, weight, command, frame).to(receiver);
    }

    /** Looks at a command that is due and whose reply is part of another one's. */
    public void sampleWithoutReply(Role role, Command command, CommandFrame frame) {
        int slot = Keys.slotOf(command, frame);
        int weight = interval.take(loop.nowNanos());
        if (slot >= 0) {
            answered(begin(role, slot, weight, command, frame));
        }
    }

    private SampledReply begin(Role role, int slot, int weight, Command command, CommandFrame frame) {
        SampledReply reply = unused.pollLast();
        if (reply == null) {
            reply = new SampledReply(this);
        }
        reply.begin(role, slot, weight, loop.nowNanos(), frame.length());
        Search now = search;
        if (now != null && !now.isOver && now.session.covers(slot)) {
            Keys.forEachKey(command, frame, reply.from(frame));
            reply.keysAreIn();
        }
        return reply;
    }

    /** The reply to a command is in. */
    void answered(SampledReply reply) {
        long micros = TimeUnit.NANOSECONDS.toMicros(Math.max(0, loop.nowNanos() - reply.startNanos)) * reply.weight;
        long bytesIn = reply.bytesIn * reply.weight;
        long bytesOut = reply.bytesOut * reply.weight;
        SlotUsage usage = slots.get(reply.role);
        if (usage != null) {
            usage.add(reply.slot, reply.weight, micros, bytesIn, bytesOut);
        }
        Search now = search;
        if (now != null && !now.isOver) {
            if (now.session.isOver(loop.nowNanos())) {
                stop();
            } else {
                add(now, reply, micros, bytesIn + bytesOut);
            }
        }
        if (unused.size() < MAX_UNUSED) {
            unused.addLast(reply);
        }
    }

    private static void add(Search now, SampledReply reply, long micros, long bytes) {
        now.commands += reply.weight;
        now.samples++;
        now.micros += micros;
        now.bytes += bytes;
        if (now.session.covers(reply.slot)) {
            now.microsInSlots += micros;
            now.bytesInSlots += bytes;
        }
        int count = reply.keyCount;
        for (int i = 0; i < count; i++) {
            int start = reply.keyStart(i);
            int length = reply.keyEnd(i) - start;
            add(now.keys.get(Metric.CPU), reply, start, length, micros / count);
            add(now.keys.get(Metric.NET), reply, start, length, bytes / count);
            add(now.keys.get(Metric.OPS), reply, start, length, reply.weight);
        }
    }

    private static void add(@Nullable TopKeys keys, SampledReply reply, int start, int length, long amount) {
        if (keys != null) {
            keys.add(reply.keys(), start, length, amount);
        }
    }

    /** Begins to count what slots are used, from nothing, or ends it. */
    void countSlots(boolean isWanted) {
        if (isWanted && slots.isEmpty()) {
            slots = new EnumMap<>(Map.of(Role.MASTER, new SlotUsage(), Role.REPLICA, new SlotUsage()));
        } else if (!isWanted) {
            slots = Map.of();
        }
        follow();
    }

    /** Adds what clients of a role have used. */
    void addTo(Role role, SlotUsage sum) {
        SlotUsage own = slots.get(role);
        if (own != null) {
            sum.add(own);
        }
    }

    /** Begins a search; what the last one has found is forgotten. */
    void start(HotKeySession session) {
        search = new Search(session);
        follow();
    }

    /** Ends the search; what it has found remains. */
    void stop() {
        if (search != null) {
            search.isOver = true;
        }
        follow();
    }

    /** Forgets what has been found. */
    void reset() {
        search = null;
        follow();
    }

    /** What the present search, or the last one, has found; null if there is none. */
    @Nullable
    Search found() {
        return search;
    }

    private void follow() {
        Search now = search;
        boolean searches = now != null && !now.isOver;
        int sketches = now != null && searches ? now.keys.size() : 0;
        if (!slots.isEmpty()) {
            interval = SampleInterval.adaptive(sketches);
        } else if (now != null && searches) {
            int ratio = now.session.sampleRatio();
            interval = ratio == 0 ? SampleInterval.adaptive(sketches) : SampleInterval.fixed(ratio);
        } else {
            interval = SampleInterval.never();
        }
    }
}
