package io.undermoon.proxy.testing;

import io.undermoon.testsupport.SocketServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address of a Redis node at which a connection can be held back, as by a network that delays packets: from the
 * command with a certain text on, or from the reply to it, until it is released. Other connections pass.
 */
public final class NodeRelay implements AutoCloseable {
    private static final Pattern TIME = Pattern.compile("^(\\*2\r\n\\$10\r\n)(\\d{10})");

    private final int port;
    private final SocketServer server;
    private final AtomicInteger heldBack = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile @Nullable String text;
    private volatile boolean onlyReplies;
    private volatile long ahead;

    public NodeRelay(RedisServerProcess node) {
        port = node.port();
        server = new SocketServer(this::relay);
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return server.address();
    }

    /** Holds back each connection on which the text arrives from now on. */
    public void holdBack(String wanted) {
        text = wanted;
    }

    /** Likewise, but the node gets the commands, and what it replies is held back. */
    public void holdBackReplies(String wanted) {
        onlyReplies = true;
        text = wanted;
    }

    /** Has the node's clock seem so much later; the replies to {@code TIME} have to arrive whole. */
    public void advanceClock(long seconds) {
        ahead = seconds;
    }

    /** How many connections were held back. */
    public int heldBack() {
        return heldBack.get();
    }

    /** Lets all connections go on. */
    public void release() {
        text = null;
        released.countDown();
    }

    @Override
    public void close() {
        release();
        server.close();
    }

    private void relay(Socket proxy) throws IOException {
        try (Socket node = new Socket(InetAddress.getLoopbackAddress(), port)) {
            node.setTcpNoDelay(true);
            proxy.setTcpNoDelay(true);
            AtomicBoolean repliesWait = new AtomicBoolean();
            Thread back = new Thread(() -> copyReplies(node, proxy, repliesWait), "relay");
            back.setDaemon(true);
            back.start();
            copyCommands(proxy.getInputStream(), node.getOutputStream(), repliesWait);
        }
    }

    private void copyCommands(InputStream in, OutputStream out, AtomicBoolean repliesWait) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
            String wanted = text;
            if (wanted != null && new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains(wanted)) {
                heldBack.incrementAndGet();
                if (onlyReplies) {
                    repliesWait.set(true);
                } else {
                    awaitRelease();
                }
            }
            out.write(buffer, 0, count);
        }
    }

    private void awaitRelease() throws IOException {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while a connection was held back");
        }
    }

    private void copyReplies(Socket node, Socket proxy, AtomicBoolean repliesWait) {
        byte[] buffer = new byte[1 << 16];
        try (proxy) {
            InputStream in = node.getInputStream();
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                if (repliesWait.get()) {
                    awaitRelease();
                }
                String reply = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                String shown = ahead == 0
                        ? reply
                        : TIME.matcher(reply)
                                .replaceFirst(time -> Matcher.quoteReplacement(
                                        time.group(1) + (Long.parseLong(time.group(2)) + ahead)));
                proxy.getOutputStream().write(shown.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // One side has closed the connection.
        }
    }
}
