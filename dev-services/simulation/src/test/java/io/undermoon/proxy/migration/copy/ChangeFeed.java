package io.undermoon.proxy.migration.copy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespWriter;
import io.undermoon.simulation.service.NodeLink;
import io.undermoon.simulation.service.NodeSeam;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Stands in for the product's class of this name: the model of Redis tells what it executes. */
@NullMarked
final class ChangeFeed implements NodeLink.Owner {
    private final Endpoint node;
    private final StreamReader reader;
    private final Listener listener;
    private @Nullable NodeLink link;
    private boolean closed;

    /** See the product's. */
    interface Listener extends StreamReader.Listener {
        void attached();

        void lost(String reason);
    }

    ChangeFeed(ProxyLoop loop, NodeClient nodes, Endpoint node, StreamReader reader, Listener listener) {
        this.node = node;
        this.reader = reader;
        this.listener = listener;
    }

    void attach() {
        if (!closed) {
            link = NodeSeam.connect(node, this);
        }
    }

    @Override
    public void ready() {
        if (link != null) {
            link.follow(listener::attached, this::executed);
        }
    }

    private void executed(List<String> command) {
        if (closed) {
            return;
        }
        ByteBuf bytes = Unpooled.buffer();
        RespWriter.command(bytes, command);
        String problem = reader.read(bytes);
        if (problem != null) {
            lost(problem);
        }
    }

    @Override
    public void lost(String reason) {
        if (!closed) {
            close();
            listener.lost(reason);
        }
    }

    void lowLatency(boolean wanted) {}

    void close() {
        closed = true;
        if (link != null) {
            link.close();
        }
    }
}
