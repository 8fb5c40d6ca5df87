package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.Gather;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.gather.Merges;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.PendingReply;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code PUBSUB} with active redirection: about the clients of all proxies that have masters. A channel is named once,
 * with the number of its subscribers everywhere. A pattern counts once for each proxy with a subscriber to it: proxies
 * tell how many patterns they have, not which. Owned by a loop.
 */
final class ClusterReports {
    private final Forwarder forwarder;
    private final GatherBudget budget;
    private final Supplier<Masters> masters;

    ClusterReports(Forwarder forwarder, GatherBudget budget, Supplier<Masters> masters) {
        this.forwarder = forwarder;
        this.budget = budget;
        this.masters = masters;
    }

    /**
     * Answers with what all proxies say together.
     *
     * @param own what this proxy says
     */
    void write(ClientSession session, Command command, CommandFrame frame, ByteBuf own) {
        List<Target.Remote> peers = masters.get().nodes(true).stream()
                .filter(Target.Remote.class::isInstance)
                .map(Target.Remote.class::cast)
                .toList();
        if (peers.isEmpty() || command.simpleName().equals("help")) {
            session.replyBuffer().writeBytes(own);
            return;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, peers.size() + 1, merge(command));
        replies.part(peers.size()).reply(own, 0, own.writerIndex(), true);
        for (int i = 0; i < peers.size(); i++) {
            int hops = forwarder.nextHops(session, command, CommandHandler.NOT_FORWARDED);
            forwarder.toNodesOfPeer(session, command, frame, peers.get(i), hops, replies.part(i));
        }
    }

    private static Gather.Merge merge(Command command) {
        return switch (command.simpleName()) {
            case "channels", "shardchannels" -> Merges::union;
            case "numsub", "shardnumsub" -> Merges::sumOfEach;
            case "numpat" -> Merges::sum;
            default -> throw new IllegalStateException("replies to " + command + " are not merged");
        };
    }
}
