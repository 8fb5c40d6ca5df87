package io.undermoon.proxy.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ReplyTarget;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Scans through proxies of a cluster without I/O, while slots move between any two moments of a call: when it is sent,
 * carried out by the node, and answered. Proxies that take no part in a move learn of it late. Whatever happens, a key
 * that is there all the time is returned, and no key that was deleted before the scan began.
 */
class ScanModelTest {
    private static final int RUNS = 60;
    private static final int OWNERS = 3;

    /** The owners, and a proxy without a node of its own. */
    private static final int PROXIES = OWNERS + 1;

    /** Slots move in blocks, so that there are not too many runs. */
    private static final int BLOCK = 512;

    private static final int BLOCKS = Slot.COUNT / BLOCK;
    private static final int KEYS = 120;
    private static final int NOWHERE = -1;

    /** The stage of a move that waits for commands in flight at the source. */
    private static final int SWITCH = 3;

    private static final int MAX_CALLS = 5000;

    @Test
    void every_key_that_stays_is_returned_and_none_that_was_gone() {
        int moves = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            Cluster cluster = new Cluster(seed);
            cluster.scan();
            moves += cluster.moves;
        }
        assertThat(moves).isGreaterThan(RUNS);
    }

    /** A Redis node: a hash table with buckets in an order of its own. */
    private static final class Node {
        private final Set<String> keys = new HashSet<>();
        private final int seed;
        private int mask = 15;

        Node(int seed) {
            this.seed = seed;
        }

        private int hash(String key) {
            int hash = (key.hashCode() ^ seed) * 0x9E3779B9;
            return hash ^ hash >>> 15;
        }

        /** One call as Redis makes it: the next buckets in the order of their reversed numbers. */
        int scan(int cursor, int buckets, List<String> found) {
            int next = cursor;
            for (int i = 0; i < buckets; i++) {
                int bucket = next & mask;
                keys.stream().filter(key -> (hash(key) & mask) == bucket).forEach(found::add);
                next = Integer.reverse(Integer.reverse(next | ~mask) + 1);
                if (next == 0) {
                    break;
                }
            }
            return next;
        }
    }

    /** Blocks on the way from one node to another; what happens to them happens in this order. */
    private static final class Move {
        private final int first;
        private final int last;
        private final int from;
        private final int to;
        private int stage;
        private final List<Integer> unaware = new ArrayList<>();

        Move(int first, int last, int from, int to) {
            this.first = first;
            this.last = last;
            this.from = from;
            this.to = to;
        }

        boolean has(String key) {
            int block = Slot.of(key) / BLOCK;
            return block >= first && block <= last;
        }

        boolean meets(int otherFirst, int otherLast) {
            return first <= otherLast && otherFirst <= last;
        }
    }

    private static final class Cluster {
        private final int seed;
        private final SplittableRandom random;
        private final List<Node> nodes = new ArrayList<>();
        private final Endpoints endpoints = new Endpoints();
        private final Target[][] targets = new Target[PROXIES][OWNERS];
        private final int[][] owners = new int[PROXIES][BLOCKS];
        private final boolean[][] held = new boolean[PROXIES][BLOCKS];
        private final SlotRuns[] runs = new SlotRuns[PROXIES];
        private final List<Move> underway = new ArrayList<>();
        private final Set<String> staying = new HashSet<>();
        private final Map<String, Integer> deletedAt = new HashMap<>();
        private final GatherBudget budget = new GatherBudget(new ClientRegistry(ClientLimits.DEFAULT).memory());
        private int inFlightAt = NOWHERE;
        private int now;
        private int moves;

        Cluster(int seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
            for (int i = 0; i < OWNERS; i++) {
                nodes.add(new Node(random.nextInt()));
            }
            for (int proxy = 0; proxy < PROXIES; proxy++) {
                for (int owner = 0; owner < OWNERS; owner++) {
                    targets[proxy][owner] = target(proxy, owner);
                }
                for (int block = 0; block < BLOCKS; block++) {
                    owners[proxy][block] = block * OWNERS / BLOCKS;
                }
                reroute(proxy);
            }
            for (int i = 0; i < KEYS; i++) {
                write("stays" + i);
                staying.add("stays" + i);
                write("goes" + i);
            }
        }

        private void reroute(int proxy) {
            RouteTable.Builder table = new RouteTable.Builder();
            for (int block = 0; block < BLOCKS; block++) {
                Target owner = targets[proxy][owners[proxy][block]];
                SlotRanges slots = SlotRanges.of(block * BLOCK, (block + 1) * BLOCK - 1);
                table.owner(slots, held[proxy][block] ? new Target.Held(owner, false) : owner);
            }
            runs[proxy] = SlotRuns.of(table.build());
        }

        private Target target(int proxy, int owner) {
            return owner == proxy
                    ? new Target.Local(endpoints.redis("127.0.0.1:" + (6000 + owner)))
                    : Target.Remote.of(new ProxyAddress("127.0.0.1:" + (7000 + owner)), endpoints);
        }

        /** The owner's own view is the truth. */
        private int ownerOf(int block) {
            for (int proxy = 0; proxy < OWNERS; proxy++) {
                if (owners[proxy][block] == proxy && !held[proxy][block]) {
                    return proxy;
                }
            }
            return -1;
        }

        private void write(String key) {
            int owner = ownerOf(Slot.of(key) / BLOCK);
            if (owner >= 0) {
                nodes.get(owner).keys.add(key);
                deletedAt.remove(key);
            }
        }

        private void delete(String key) {
            int owner = ownerOf(Slot.of(key) / BLOCK);
            if (owner >= 0 && nodes.get(owner).keys.remove(key)) {
                deletedAt.put(key, now);
            }
        }

        /** Something happens, or nothing. */
        private void event() {
            now++;
            switch (random.nextInt(20)) {
                case 0, 1 -> write("goes" + random.nextInt(KEYS));
                case 2, 3, 4, 5 -> delete("goes" + random.nextInt(KEYS));
                case 6 -> nodes.get(random.nextInt(OWNERS)).mask = (8 << random.nextInt(4)) - 1;
                case 7 -> begin();
                default -> {
                    if (!underway.isEmpty()) {
                        advance(underway.get(random.nextInt(underway.size())));
                    }
                }
            }
        }

        private void begin() {
            int first = random.nextInt(BLOCKS);
            int from = ownerOf(first);
            int to = random.nextInt(OWNERS);
            int last = first;
            while (last + 1 < BLOCKS && ownerOf(last + 1) == from && random.nextInt(5) > 0) {
                last++;
            }
            int end = last;
            if (from < 0 || from == to || underway.stream().anyMatch(move -> move.meets(first, end))) {
                return;
            }
            Move move = new Move(first, last, from, to);
            nodes.get(to).keys.removeIf(move::has);
            underway.add(move);
            moves++;
        }

        private void advance(Move move) {
            Node source = nodes.get(move.from);
            Node destination = nodes.get(move.to);
            if (move.stage == SWITCH && inFlightAt == move.from) {
                return;
            }
            switch (move.stage++) {
                case 0, 1 ->
                    source.keys.stream()
                            .filter(key -> move.has(key) && random.nextInt(3) == 0)
                            .forEach(destination.keys::add);
                case 2 -> view(move, move.from, move.from, true);
                case SWITCH -> {
                    destination.keys.removeIf(move::has);
                    source.keys.stream().filter(move::has).forEach(destination.keys::add);
                    view(move, move.to, move.to, false);
                }
                case 4 -> {
                    view(move, move.from, move.to, false);
                    for (int proxy = 0; proxy < PROXIES; proxy++) {
                        if (proxy != move.from && proxy != move.to) {
                            move.unaware.add(proxy);
                        }
                    }
                }
                default -> {
                    if (!move.unaware.isEmpty()) {
                        view(move, move.unaware.remove(0), move.to, false);
                    } else {
                        if (random.nextInt(4) == 0) {
                            source.keys.removeIf(move::has);
                        }
                        underway.remove(move);
                    }
                }
            }
        }

        private void view(Move move, int proxy, int owner, boolean isHeld) {
            for (int block = move.first; block <= move.last; block++) {
                owners[proxy][block] = owner;
                held[proxy][block] = isHeld;
            }
            reroute(proxy);
        }

        private void events() {
            for (int i = random.nextInt(random.nextInt(10) == 0 ? 40 : 3); i > 0; i--) {
                event();
            }
        }

        void scan() {
            for (int i = 0; i < 100; i++) {
                event();
            }
            int began = now;
            Set<String> found = new HashSet<>();
            Answer answer = new Answer();
            String cursor = "0";
            int calls = 0;
            do {
                events();
                answer.keys.clear();
                call(random.nextInt(PROXIES), CommandFrame.of(List.of("SCAN", cursor)), answer);
                answer.keys.forEach(key -> assertThat(deletedAt.getOrDefault(key, now))
                        .as("seed %s: deletion of %s", seed, key)
                        .isGreaterThanOrEqualTo(began));
                found.addAll(answer.keys);
                cursor = answer.cursor;
                assertThat(calls++).as("calls with seed %s", seed).isLessThan(MAX_CALLS);
            } while (!cursor.equals("0"));
            assertThat(found).as("seed %s", seed).containsAll(staying);
        }

        /** What {@link KeyspaceCommands} does with a call. */
        private void call(int proxy, CommandFrame frame, Answer answer) {
            int at = proxy;
            for (int hops = 0; hops <= Target.MAX_HOPS_LEFT + 1; hops++) {
                ScanCursor cursor = ScanStep.cursor(frame);
                SlotRuns.Run run = next(at, cursor);
                while (run.held() != SlotRuns.Run.NONE) {
                    event();
                    run = next(at, cursor);
                }
                if (run.owner() instanceof Target.Local) {
                    carryOut(at, ScanStep.of(runs[at], run, true, cursor), frame, answer);
                    return;
                }
                at = owners[at][run.first() / BLOCK];
                events();
            }
            throw new AssertionError("too many hops with seed " + seed);
        }

        private SlotRuns.Run next(int proxy, ScanCursor cursor) {
            SlotRuns.Run run = runs[proxy].next(cursor.slot(), true);
            assertThat(run).isNotNull();
            return run;
        }

        private void carryOut(int proxy, ScanStep step, CommandFrame frame, Answer answer) {
            Gather replies = Gather.merged(budget, answer, 1, step::answer);
            CommandFrame command = step.command(frame);
            inFlightAt = proxy;
            events();
            inFlightAt = NOWHERE;
            List<String> keys = new ArrayList<>();
            int next = nodes.get(proxy).scan(Integer.parseInt(command.argument(1)), 1 + random.nextInt(4), keys);
            events();
            ByteBuf reply = Unpooled.buffer();
            RespWriter.array(reply, 2);
            RespWriter.bulk(reply, Integer.toString(next));
            RespWriter.array(reply, keys.size());
            keys.forEach(key -> RespWriter.bulk(reply, key));
            replies.part(0).reply(reply, 0, reply.writerIndex(), true);
        }
    }

    /** The client. */
    private static final class Answer implements ReplyTarget {
        private String cursor = "";
        private final List<String> keys = new ArrayList<>();

        @Override
        public boolean isWaiting() {
            return true;
        }

        @Override
        public void hold(int bytes) {
            // One reply at a time.
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            ReplyCursor reply = new ReplyCursor(in.slice(from, to - from));
            assertThat(reply.array()).isEqualTo(2);
            reply.string();
            cursor = Long.toString(reply.unsigned());
            for (int left = reply.array(); left > 0; left--) {
                reply.string();
                byte[] key = new byte[reply.stringLength()];
                reply.buffer().getBytes(reply.stringStart(), key);
                keys.add(new String(key, StandardCharsets.US_ASCII));
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            throw new AssertionError(failure.message());
        }
    }
}
