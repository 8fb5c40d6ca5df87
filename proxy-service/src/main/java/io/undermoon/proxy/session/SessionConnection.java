package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientConnection;
import io.undermoon.proxy.client.ClientFigures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A session as commands of other clients reach it, from any thread. */
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
            if (session.features().get(FeatureKind.BLOCKED) instanceof BlockedFeature blocked) {
                blocked.unblock(withError, outcome::complete);
            } else {
                outcome.complete(false);
            }
        });
        return outcome;
    }

    @Override
    public void checkLimits() {
        loop.execute(session::checkLimits);
    }

    @Override
    public void checkMemory() {
        loop.execute(session.memory()::count);
    }

    @Override
    public void memoryFreed() {
        loop.execute(session::memoryFreed);
    }

    @Override
    public void evict() {
        loop.execute(session::evict);
    }

    @Override
    public void refuse() {
        loop.execute(session::refuse);
    }

    /** Read without synchronisation: each figure may be a moment old. */
    @Override
    public ClientFigures figures() {
        Client client = session.client();
        SessionInput input = session.input();
        return new ClientFigures(
                channel instanceof UnixChannel unix ? unix.fd().intValue() : -1,
                client.channels(),
                client.patterns(),
                client.shardChannels(),
                client.queuedCommands(),
                client.queuedBytes(),
                input.sizeWithPresent(),
                input.free(),
                session.limits().outputBytes() + session.memory().keptBytes(),
                channel.config().isAutoRead());
    }
}
