package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientConnection;
import io.undermoon.proxy.client.ClientFigures;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

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

    /** On the session's loop: a channel that moves to another one must not be closed on the one that it leaves. */
    @Override
    public void close() {
        if (loop.eventLoop().inEventLoop()) {
            channel.close();
        } else {
            loop.execute(channel::close);
        }
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

    @Override
    public void invalidate(byte @Nullable [] keys) {
        loop.execute(() -> invalidateOnLoop(keys));
    }

    private void invalidateOnLoop(byte @Nullable [] keys) {
        Protocol protocol = session.client().protocol();
        ByteBuf out = Unpooled.buffer();
        if (protocol == Protocol.RESP3) {
            RespWriter.push(out, protocol, 2);
            RespWriter.bulk(out, "invalidate");
        } else if (session.features().get(FeatureKind.SUBSCRIPTIONS) != null) {
            RespWriter.array(out, 3);
            RespWriter.bulk(out, "message");
            RespWriter.bulk(out, "__redis__:invalidate");
        } else {
            return;
        }
        if (keys == null) {
            RespWriter.nullValue(out, protocol);
        } else {
            out.writeBytes(keys);
        }
        session.push(out, 0, out.writerIndex());
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
