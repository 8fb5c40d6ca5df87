package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import io.undermoon.simulation.service.NodeLink;
import io.undermoon.simulation.service.NodeSeam;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;

/** Stands in for the product's class of this name: a connection in the simulated network. */
@NullMarked
public final class DirectConnection {
    private final Endpoint endpoint;
    private final Owner owner;
    private final ArrayDeque<ReplyReceiver> receivers = new ArrayDeque<>();
    private final NodeLink link;
    private boolean closed;

    /** See the product's. */
    public interface Owner {
        void ready();

        void lost(String reason);

        void writable();
    }

    @SuppressWarnings("this-escape")
    public DirectConnection(ProxyLoop loop, Endpoint endpoint, long replyTimeoutMillis, Owner owner) {
        this.endpoint = endpoint;
        this.owner = owner;
        this.link = NodeSeam.connect(endpoint, new NodeLink.Owner() {
            @Override
            public void ready() {
                owner.ready();
            }

            @Override
            public void lost(String reason) {
                disconnected(reason);
            }
        });
    }

    private void disconnected(String reason) {
        if (!closed) {
            closed = true;
            owner.lost(reason);
            failAll(reason);
        }
    }

    private void failAll(String reason) {
        for (ReplyReceiver next = receivers.poll(); next != null; next = receivers.poll()) {
            next.fail(new BackendFailure(reason));
        }
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public void send(CommandFrame frame, ReplyReceiver receiver) {
        if (closed || !link.isReady()) {
            receiver.fail(new BackendFailure("not connected"));
            return;
        }
        receivers.add(receiver);
        ask(frame.arguments(0), reply -> {
            ByteBuf bytes = Unpooled.buffer();
            reply.write(bytes);
            receivers.remove();
            receiver.reply(bytes, 0, bytes.writerIndex(), true);
        });
    }

    /** Sends a command of the simulation. */
    public void ask(List<String> command, Consumer<RespValue> reply) {
        link.call(command, value -> {
            if (!closed) {
                reply.accept(value);
            }
        });
    }

    public long sent() {
        return link.sent();
    }

    public boolean isWritable() {
        return !closed && link.isReady();
    }

    public void setReading(boolean wanted) {}

    public void close(String reason) {
        if (!closed) {
            link.close();
            disconnected(reason);
        }
    }
}
