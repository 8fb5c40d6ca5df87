package io.undermoon.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A blocking connection that shows replies as they are, with nothing in between. For one thread. */
public final class RespConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final RespReader reader = new RespReader(RespLimits.CONTROL);
    private final ByteBuf received = Unpooled.buffer();

    private RespConnection(Socket unconnected, int port) throws IOException {
        socket = unconnected;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
    }

    /** Connects to a port of this machine. */
    public static RespConnection to(int port) {
        try {
            return new RespConnection(new Socket(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects to a port of this machine with TLS. */
    public static RespConnection to(int port, SSLContext tls) {
        try {
            return new RespConnection(tls.getSocketFactory().createSocket(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a command and waits for its reply, which may be an error. */
    public RespValue call(String... arguments) {
        send(arguments);
        return receive();
    }

    /** Sends a command without waiting. */
    public void send(String... arguments) {
        ByteBuf command = Unpooled.buffer();
        RespWriter.command(command, List.of(arguments));
        sendBytes(command);
    }

    /** Sends bytes as they are, released or not. */
    public void sendBytes(ByteBuf bytes) {
        try {
            bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the next value that arrives. */
    public RespValue receive() {
        RespValue value = reader.read(received);
        while (value == null) {
            received.discardReadBytes();
            try {
                if (received.writeBytes(socket.getInputStream(), 64 << 10) < 0) {
                    throw new IOException("the connection was closed");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            value = reader.read(received);
        }
        return value;
    }

    /** Whether something has arrived that was not received yet. */
    public boolean hasArrived() {
        try {
            return received.isReadable() || socket.getInputStream().available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a command and waits for its reply, as the bytes that came, each a character. */
    public String callForBytes(String... arguments) {
        send(arguments);
        received.discardReadBytes();
        receive();
        return received.toString(0, received.readerIndex(), StandardCharsets.ISO_8859_1);
    }

    /** Switches to RESP3. */
    public RespConnection inRespThree() {
        RespValue greeting = call("HELLO", "3");
        if (!(greeting instanceof RespValue.Dictionary)) {
            throw new IllegalStateException("HELLO 3 was answered with " + greeting);
        }
        return this;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
