package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.Gather;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.gather.Merges;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import java.util.List;
import java.util.function.Function;

/**
 * {@code PUBSUB} with active redirection: what the clients of all proxies that have masters are subscribed to. A channel counts
 * its subscribers everywhere and is named once. A pattern counts once for each proxy with a subscriber to it: proxies tell how
 * many patterns they have, not which. Owned by a loop.
 */
final class ClusterReports {
    private final Router router;
    private final Courier courier;
    private final GatherBudget budget;
    private final Function<Topology, Masters> masters;

    ClusterReports(Router router, Courier courier, GatherBudget budget, Function<Topology, Masters> masters) {
        this.router = router;
        this.courier = courier;
        this.budget = budget;
        this.masters = masters;
    }

    /**
     * Answers with what all proxies say together.
     *
     * @param own what this proxy says
     */
    void write(ClientSession session, Command command, CommandFrame frame, ByteBuf own) {
        List<Target.Remote> peers = masters.apply(router.topology()).nodes(true).stream()
                .filter(Target.Remote.class::isInstance)
                .map(Target.Remote.class::cast)
                .toList();
        if (peers.isEmpty() || command.simpleName().equals("help")) {
            session.replyBuffer().writeBytes(own);
            return;
        }
        PendingReply reply = courier.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, peers.size() + 1, merge(command));
        replies.part(peers.size()).reply(own, 0, own.writerIndex(), true);
        for (int i = 0; i < peers.size(); i++) {
            int hops = router.nextHops(session, command, Router.NOT_FORWARDED);
            courier.toNodesOfPeer(session, frame, peers.get(i), hops, replies.part(i));
        }
    }

    private static Gather.Merge merge(Command command) {
        return switch (command.simpleName()) {
            case "channels", "shardchannels" -> Merges::union;
            case "numsub", "shardnumsub" -> Merges::sumOfEach;
            case "numpat" -> Merges::sum;
            default -> throw new IllegalStateException("nobody knows how to merge replies to " + command);
        };
    }
}
