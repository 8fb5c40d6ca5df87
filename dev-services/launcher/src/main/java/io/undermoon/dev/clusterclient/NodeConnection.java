package io.undermoon.dev.clusterclient;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespProtocolException;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.resp.RespWriter;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** A blocking connection to one node. After an {@link IOException} it is of no further use. Not thread-safe. */
public final class NodeConnection implements AutoCloseable {
    private static final RespLimits LIMITS = new RespLimits(512 << 20, 16 << 20, 16, 64 << 10);
    private static final int READ_BYTES = 64 << 10;
    private static final int KEPT_BYTES = 1 << 20;

    private final Socket socket = new Socket();
    private final RespReader reader = new RespReader(LIMITS);
    private ByteBuf in = Unpooled.buffer(READ_BYTES);

    private NodeConnection() {}

    /** @throws IOException if nothing listens, or the password or {@code READONLY} is not accepted */
    public static NodeConnection open(HostPort address, ClientSettings settings, boolean readOnly) throws IOException {
        NodeConnection connection = new NodeConnection();
        try {
            int millis = (int) settings.timeout().toMillis();
            connection.socket.setTcpNoDelay(true);
            connection.socket.setSoTimeout(millis);
            connection.socket.connect(new InetSocketAddress(address.host(), address.port()), millis);
            if (settings.password() != null) {
                connection.demand(Command.of("AUTH", settings.password()));
            }
            if (readOnly) {
                connection.demand(Command.of("READONLY"));
            }
            return connection;
        } catch (UnknownHostException e) {
            connection.close();
            throw new IOException("there is no host of this name", e);
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    /** Sends all commands at once and waits for all replies. */
    public List<RespValue> exchange(List<Command> commands) throws IOException {
        ByteBuf out = Unpooled.buffer();
        for (Command command : commands) {
            RespWriter.array(out, command.arguments().size());
            command.arguments().forEach(argument -> RespWriter.bulk(out, argument));
        }
        out.readBytes(socket.getOutputStream(), out.readableBytes());
        List<RespValue> replies = new ArrayList<>(commands.size());
        while (replies.size() < commands.size()) {
            replies.add(receive());
        }
        return replies;
    }

    private void demand(Command command) throws IOException {
        if (exchange(List.of(command)).get(0) instanceof Failure failure) {
            throw new IOException(failure.text());
        }
    }

    /** Has replies waited for without a time limit, as blocking commands and subscriptions need. */
    void waitWithoutLimit() throws IOException {
        socket.setSoTimeout(0);
    }

    /** Waits for the next reply or pushed message. */
    RespValue receive() throws IOException {
        try {
            RespValue reply = reader.read(in);
            while (reply == null) {
                if (in.writeBytes(socket.getInputStream(), READ_BYTES) < 0) {
                    throw new EOFException("closed by the other side");
                }
                reply = reader.read(in);
            }
            shrinkBuffer();
            return reply;
        } catch (RespProtocolException e) {
            throw new IOException("not the Redis protocol: " + e.getMessage(), e);
        }
    }

    /** Releases the memory of a large reply. */
    private void shrinkBuffer() {
        if (!in.isReadable()) {
            in = in.capacity() > KEPT_BYTES ? Unpooled.buffer(READ_BYTES) : in.clear();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
