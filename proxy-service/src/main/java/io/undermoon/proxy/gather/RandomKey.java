package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.session.ReplyTarget;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * One {@code RANDOMKEY}: asks masters in random order until one has a key that clients may see. A node that names keys
 * of other slots is asked a few times more and then scanned, so a key is found if there is one. Owned by a loop.
 */
public final class RandomKey {
    private static final int MAX_TRIES = 8;
    private static final String SCAN_COUNT = "1000";

    /** Sends a question whose reply is the only part of the replies. */
    public interface Asking {
        void ask(CommandFrame question, Route.Send target, Gather replies);
    }

    private final RouteTable routes;
    private final List<Route.Send> targets;
    private final ReplyTarget client;
    private final GatherBudget budget;
    private final Protocol protocol;
    private final Asking asking;
    private int target;
    private int tries;

    /**
     * @param targets the masters, at least one
     * @param protocol of the client
     */
    public RandomKey(
            RouteTable routes,
            List<Route.Send> targets,
            ReplyTarget client,
            Protocol protocol,
            GatherBudget budget,
            Asking asking) {
        this.routes = routes;
        this.targets = new ArrayList<>(targets);
        this.client = client;
        this.protocol = protocol;
        this.budget = budget;
        this.asking = asking;
    }

    /** Asks the first one; the client is answered when a key is found or there is none. */
    public void begin() {
        Collections.shuffle(this.targets, ThreadLocalRandom.current());
        askForOne();
    }

    private void askForOne() {
        tries++;
        ask(List.of("RANDOMKEY"), this::takeOne);
    }

    private void scan(long cursor) {
        ask(List.of("SCAN", Long.toString(cursor), "COUNT", SCAN_COUNT), this::takeOneOfMany);
    }

    private void takeOne(Gather replies) {
        ReplyCursor reply = new ReplyCursor(replies.reply(0));
        if (!reply.string()) {
            goToNextTarget(replies);
        } else if (filter().sees(reply.buffer(), reply.stringStart(), reply.stringLength())) {
            replies.answer(Merges::first);
        } else if (tries < MAX_TRIES) {
            askForOne();
        } else {
            scan(0);
        }
    }

    private void takeOneOfMany(Gather replies) {
        ReplyCursor reply = new ReplyCursor(replies.reply(0));
        if (reply.array() != 2 || !reply.string()) {
            throw new ProtocolException("not a reply to SCAN");
        }
        long cursor = reply.unsigned();
        int strings = reply.array();
        ByteBuf keys = reply.buffer().alloc().buffer();
        try {
            int seen = filter().count(reply.fork(), strings);
            if (seen > 0) {
                filter().copy(reply, strings, keys);
                replies.answer(
                        (all, out) -> pick(keys, ThreadLocalRandom.current().nextInt(seen), out));
            } else if (cursor == 0) {
                goToNextTarget(replies);
            } else {
                scan(cursor);
            }
        } finally {
            keys.release();
        }
    }

    private void goToNextTarget(Gather replies) {
        tries = 0;
        if (++target < targets.size()) {
            askForOne();
        } else {
            replies.answer((all, out) -> RespWriter.nullValue(out, protocol));
        }
    }

    private void ask(List<String> question, Consumer<Gather> then) {
        Gather gather = new Gather(budget, client, 1, replies -> {
            if (replies.hasError()) {
                replies.answer(Merges::first);
                return;
            }
            try {
                then.accept(replies);
            } catch (ProtocolException e) {
                replies.answer((all, out) -> {
                    throw e;
                });
            }
        });
        asking.ask(CommandFrame.of(question), targets.get(target), gather);
    }

    private KeyFilter filter() {
        return KeyFilter.ofOwner(routes, targets.get(target));
    }

    private static void pick(ByteBuf keys, int which, ByteBuf out) {
        ReplyCursor cursor = new ReplyCursor(keys);
        for (int i = 0; i < which; i++) {
            cursor.skip();
        }
        int begin = cursor.index();
        cursor.skip();
        out.writeBytes(keys, begin, cursor.index() - begin);
    }
}
