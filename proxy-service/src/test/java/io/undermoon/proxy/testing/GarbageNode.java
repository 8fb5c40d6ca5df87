package io.undermoon.proxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that answers whatever it is sent first with given bytes in pieces, and then hangs up. */
public final class GarbageNode implements AutoCloseable {
    private final ServerSocket listener;
    private final byte[] answer;
    private final int pieces;

    public GarbageNode(String answer, int pieces) {
        this.answer = answer.getBytes(StandardCharsets.ISO_8859_1);
        this.pieces = pieces;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "garbage-node");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                if (socket.getInputStream().read(new byte[1 << 16]) > 0) {
                    for (int i = 0; i < pieces; i++) {
                        int from = answer.length * i / pieces;
                        socket.getOutputStream().write(answer, from, answer.length * (i + 1) / pieces - from);
                    }
                }
            } catch (IOException e) {
                // The proxy has gone, or the test is over: the next connection is accepted, or there is none.
                continue;
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
