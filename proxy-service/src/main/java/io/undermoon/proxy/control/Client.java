package io.undermoon.proxy.control;

import io.undermoon.resp.Protocol;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A connected client as commands about clients see it. Written by the client's loop; the fields that {@code CLIENT LIST}
 * shows are volatile so that any loop may read them.
 */
public final class Client {
    private final long id;
    private final String remoteAddress;
    private final String localAddress;
    private final Runnable closer;
    private final long createdNanos = System.nanoTime();

    private volatile String name = "";
    private volatile String libraryName = "";
    private volatile String libraryVersion = "";
    private volatile boolean readOnly;
    private volatile Protocol protocol = Protocol.RESP2;
    private volatile String trackingFlags = "";
    private final AtomicLong lastActiveNanos = new AtomicLong(createdNanos);
    private final AtomicReference<String> lastCommand = new AtomicReference<>("NULL");
    private ClientPorts ports = ClientPorts.PLAIN_ONLY;
    private boolean authenticated;
    private boolean leaving;

    /**
     * @param id unique in this process, ascending
     * @param authenticated whether the client may send data commands already
     * @param closer closes the connection; callable from any thread
     */
    public Client(long id, String remoteAddress, String localAddress, boolean authenticated, Runnable closer) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.localAddress = localAddress;
        this.authenticated = authenticated;
        this.closer = closer;
    }

    public long id() {
        return id;
    }

    /** {@code host:port} of the client. */
    public String remoteAddress() {
        return remoteAddress;
    }

    /** {@code host:port} at which the client reached the proxy. */
    public String localAddress() {
        return localAddress;
    }

    /** The name set by {@code CLIENT SETNAME}, empty if there is none. */
    public String name() {
        return name;
    }

    public void name(String name) {
        this.name = name;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String libraryName) {
        this.libraryName = libraryName;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String libraryVersion) {
        this.libraryVersion = libraryVersion;
    }

    /** Whether the client accepts reads from replicas ({@code READONLY}). */
    public boolean readOnly() {
        return readOnly;
    }

    public void readOnly(boolean readOnly) {
        this.readOnly = readOnly;
    }

    /** What the client speaks: RESP2 until {@code HELLO 3}. */
    public Protocol protocol() {
        return protocol;
    }

    public void protocol(Protocol protocol) {
        this.protocol = protocol;
    }

    /** What {@code CLIENT LIST} says of {@code CLIENT TRACKING}: empty when it is off, {@code t}, {@code tB}. */
    public String trackingFlags() {
        return trackingFlags;
    }

    public void trackingFlags(String flags) {
        this.trackingFlags = flags;
    }

    public boolean authenticated() {
        return authenticated;
    }

    public void authenticated(boolean authenticated) {
        this.authenticated = authenticated;
    }

    /** Which ports of proxies the client is told. */
    public ClientPorts ports() {
        return ports;
    }

    public void ports(ClientPorts ports) {
        this.ports = ports;
    }

    /** Whether the connection is to be closed once the replies so far are sent ({@code QUIT}). */
    public boolean leaving() {
        return leaving;
    }

    public void leave() {
        leaving = true;
    }

    /** Notes that the client sent something. Written with each command, so without a fence: readers may see it a little late. */
    public void active(long nowNanos, String commandName) {
        lastActiveNanos.setOpaque(nowNanos);
        lastCommand.setOpaque(commandName);
    }

    public String lastCommand() {
        return lastCommand.getOpaque();
    }

    public long ageSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - createdNanos);
    }

    public long idleSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastActiveNanos.getOpaque());
    }

    /** Closes the connection; from any thread. */
    public void close() {
        closer.run();
    }
}
