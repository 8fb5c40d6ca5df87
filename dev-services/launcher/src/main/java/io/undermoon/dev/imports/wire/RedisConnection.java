package io.undermoon.dev.imports.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.resp.RespWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;

/**
 * A blocking connection to one server. After an {@link IOException} it is of no further use. One thread sends and
 * receives; {@link #close} may come from any thread and ends its waiting.
 */
public final class RedisConnection implements AutoCloseable {
    private static final int KEPT_BYTES = 1 << 20;

    private final HostPort address;
    private final Socket socket;
    private final WireInput in;
    private final OutputStream sent;
    private ByteBuf out = Unpooled.buffer(64 << 10);

    private RedisConnection(HostPort address, Socket socket) throws IOException {
        this.address = address;
        this.socket = socket;
        this.in = new WireInput(socket.getInputStream());
        this.sent = socket.getOutputStream();
    }

    /** @throws IOException if nothing listens, or the password is not accepted; the message names the address */
    public static RedisConnection open(HostPort address, Access access) throws IOException {
        int millis = (int) access.timeout().toMillis();
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(address.host(), address.port()), millis);
            socket.setSoTimeout(millis);
            if (access.tls() != null) {
                SSLSocket secure = (SSLSocket) access.tls().createSocket(socket, address.host(), address.port(), true);
                secure.startHandshake();
                socket = secure;
            }
            RedisConnection connection = new RedisConnection(address, socket);
            connection.logIn(access);
            return connection;
        } catch (UnknownHostException e) {
            socket.close();
            throw new IOException(address + ": there is no host of this name", e);
        } catch (IOException e) {
            socket.close();
            throw new IOException(address + ": " + e.getMessage(), e);
        }
    }

    private void logIn(Access access) throws IOException {
        if (access.password() != null) {
            RespValue reply = access.user() == null
                    ? call("AUTH", access.password())
                    : call("AUTH", access.user(), access.password());
            if (reply instanceof Failure failure) {
                throw new IOException(failure.text());
            }
        }
    }

    public HostPort address() {
        return address;
    }

    /** What the server sends, for who reads more than replies. */
    public WireInput input() {
        return in;
    }

    /** For how long the next data are waited for. */
    public void timeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** The reply to one command, which may be an error of the server. */
    public RespValue call(Object... arguments) throws IOException {
        return exchange(List.of(Command.of(arguments))).get(0);
    }

    /**
     * The reply to one command.
     *
     * @throws RefusedException if it is an error of the server
     */
    public RespValue demand(Object... arguments) throws IOException {
        RespValue reply = call(arguments);
        if (reply instanceof Failure failure) {
            throw new RefusedException(address + " refuses " + arguments[0] + ": " + failure.text());
        }
        return reply;
    }

    /** Sends all commands at once and waits for all replies. */
    public List<RespValue> exchange(List<Command> commands) throws IOException {
        send(commands);
        return receive(commands.size());
    }

    /** Sends all commands at once; the caller receives as many replies. */
    public void send(List<Command> commands) throws IOException {
        for (Command command : commands) {
            RespWriter.array(out, command.arguments().size());
            for (byte[] argument : command.arguments()) {
                RespWriter.bulk(out, argument);
            }
        }
        flush();
    }

    /** Sends bytes that are no command. */
    public void sendRaw(byte[] bytes) throws IOException {
        out.writeBytes(bytes);
        flush();
    }

    private void flush() throws IOException {
        out.readBytes(sent, out.readableBytes());
        sent.flush();
        out = out.capacity() > KEPT_BYTES ? Unpooled.buffer(64 << 10) : out.clear();
    }

    public List<RespValue> receive(int count) throws IOException {
        List<RespValue> replies = new ArrayList<>(count);
        while (replies.size() < count) {
            replies.add(in.reply());
        }
        return replies;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no further use in any case.
        }
    }
}
