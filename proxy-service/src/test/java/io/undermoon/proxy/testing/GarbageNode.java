package io.undermoon.proxy.testing;

import io.undermoon.testsupport.SocketServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that answers whatever it is sent first with given bytes in pieces, and then hangs up. */
public final class GarbageNode implements AutoCloseable {
    private final SocketServer server;
    private final byte[] answer;
    private final int pieces;

    public GarbageNode(String answer, int pieces) {
        this.answer = answer.getBytes(StandardCharsets.ISO_8859_1);
        this.pieces = pieces;
        this.server = new SocketServer(this::serve);
    }

    public int port() {
        return server.port();
    }

    private void serve(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        if (socket.getInputStream().read(new byte[1 << 16]) > 0) {
            for (int i = 0; i < pieces; i++) {
                int from = answer.length * i / pieces;
                socket.getOutputStream().write(answer, from, answer.length * (i + 1) / pieces - from);
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
