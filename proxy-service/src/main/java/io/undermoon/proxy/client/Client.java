package io.undermoon.proxy.client;

import io.undermoon.proxy.acl.Account;
import io.undermoon.proxy.acl.User;
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
    private ClientConnection connection = ClientConnection.NONE;
    private final long createdNanos = System.nanoTime();

    private volatile String name = "";
    private volatile String libraryName = "";
    private volatile String libraryVersion = "";
    private volatile boolean readOnly;
    private volatile Protocol protocol = Protocol.RESP2;
    private volatile String trackingFlags = "";
    private volatile boolean blocked;
    private final AtomicLong lastActiveNanos = new AtomicLong(createdNanos);
    private final AtomicReference<String> lastCommand = new AtomicReference<>("NULL");
    private volatile Account account;
    private volatile Runnable onAccountChange = () -> {};
    private ClientPorts ports = ClientPorts.PLAIN_ONLY;
    private boolean authenticated;
    private volatile boolean noEvict;
    private volatile boolean noTouch;
    private ReplyMode replyMode = ReplyMode.ON;
    private boolean silent;
    private boolean leaving;

    /**
     * @param id unique in this process, ascending
     * @param account who the client is as long as it has not logged in
     * @param authenticated whether the client may send data commands already
     */
    public Client(long id, String remoteAddress, String localAddress, Account account, boolean authenticated) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.localAddress = localAddress;
        this.account = account;
        this.authenticated = authenticated;
    }

    /** Says which connection the client has; before anybody else knows of the client. */
    public void attach(ClientConnection ownConnection) {
        connection = ownConnection;
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

    /** What the client is logged in to. */
    public Account account() {
        return account;
    }

    /** The user that the client is now, with the rules as they are now. */
    public User user() {
        return account.user();
    }

    /** Logs the client in. */
    public void account(Account opened) {
        account = opened;
        authenticated = true;
    }

    /** What is to be done, by any thread, when the rules of the client's user may have changed. */
    public void onAccountChange(Runnable action) {
        onAccountChange = action;
    }

    void accountChanged() {
        onAccountChange.run();
    }

    public boolean authenticated() {
        return authenticated;
    }

    /** Logs the client out. */
    public void resetAccount(Account ofNobody, boolean mayDoWithoutLogin) {
        account = ofNobody;
        authenticated = mayDoWithoutLogin;
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

    long idleSeconds() {
        return TimeUnit.MILLISECONDS.toSeconds(idleMillis());
    }

    /** How long ago the client sent something. */
    public long idleMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastActiveNanos.getOpaque());
    }

    /** Notes that the client sent part of a command. */
    public void active(long nowNanos) {
        lastActiveNanos.setOpaque(nowNanos);
    }

    /** Whether the client waits in a command that blocks. */
    public boolean blocked() {
        return blocked;
    }

    public void blocked(boolean blocked) {
        this.blocked = blocked;
    }

    /** Whether the client asked not to be cut off for the sake of memory. */
    boolean noEvict() {
        return noEvict;
    }

    public void noEvict(boolean noEvict) {
        this.noEvict = noEvict;
    }

    /** Whether the client asked that its reads leave no trace. */
    boolean noTouch() {
        return noTouch;
    }

    public void noTouch(boolean noTouch) {
        this.noTouch = noTouch;
    }

    /** Whether the reply to the present command is not to be sent. */
    public boolean isSilent() {
        return silent;
    }

    /** Has replies not sent, or sent, until the mode changes. */
    public void silent(boolean silent) {
        this.silent = silent;
    }

    /** The present command is done with; the next one may be answered otherwise. */
    public void commandTaken() {
        if (replyMode != ReplyMode.ON) {
            replyMode(replyMode.next());
        }
    }

    public ReplyMode replyMode() {
        return replyMode;
    }

    public void replyMode(ReplyMode mode) {
        replyMode = mode;
        silent = mode.isSilent();
    }

    public ClientConnection connection() {
        return connection;
    }

    /** Closes the connection; from any thread. */
    public void close() {
        connection.close();
    }
}
