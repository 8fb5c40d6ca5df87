package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.ClientConnection;
import io.undermoon.proxy.client.ClientFigures;
import io.undermoon.proxy.pubsub.SubscriptionKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A session as other clients' commands reach it, from any thread. */
final class SessionConnection implements ClientConnection {
    private final ClientSession session;
    private final ProxyLoop loop;
    private final Channel channel;

    SessionConnection(ClientSession session, ProxyLoop loop, Channel channel) {
        this.session = session;
        this.loop = loop;
        this.channel = channel;
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public CompletionStage<Boolean> unblock(boolean withError) {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        loop.execute(() -> {
            BlockedCommand blocked = session.state().blocked();
            if (blocked == null) {
                outcome.complete(false);
            } else {
                blocked.unblock(withError, outcome::complete);
            }
        });
        return outcome;
    }

    @Override
    public void checkLimits() {
        loop.execute(session::checkLimits);
    }

    /** Read without the loop: each figure is as it was a moment ago. */
    @Override
    public ClientFigures figures() {
        Subscriptions subscribed = session.state().subscriptions();
        Transaction transaction = session.state().transaction();
        SessionInput input = session.input();
        return new ClientFigures(
                channel instanceof UnixChannel unix ? unix.fd().intValue() : -1,
                subscribed == null ? 0 : subscribed.count(SubscriptionKind.CHANNEL) - subscribed.patterns(),
                subscribed == null ? 0 : subscribed.patterns(),
                subscribed == null ? 0 : subscribed.count(SubscriptionKind.SHARD),
                transaction == null ? -1 : transaction.count(),
                transaction == null ? 0 : transaction.bytes(),
                input.size(),
                input.free(),
                session.limits().outputBytes(),
                channel.config().isAutoRead());
    }
}
