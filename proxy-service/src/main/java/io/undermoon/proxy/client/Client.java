package io.undermoon.proxy.client;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.acl.Account;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.limit.Meter;
import io.undermoon.resp.Protocol;
import io.undermoon.umctl.ControlProof;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connected client: identity, user and modes. Written by the event loop of the client; fields that other threads
 * read, as {@code CLIENT LIST} does, are volatile.
 */
public final class Client {

    private final long id;
    private final String remoteAddress;
    private final String localAddress;
    private volatile ClientConnection connection = ClientConnection.NONE;
    private final long createdNanos = System.nanoTime();

    private volatile String name = "";
    private volatile String libraryName = "";
    private volatile String libraryVersion = "";
    private volatile boolean readOnly;
    private volatile Protocol protocol = Protocol.RESP2;
    private volatile String trackingFlags = "";
    private volatile long trackingRedirect = -1;
    private volatile boolean blocked;
    private volatile boolean paused;
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile boolean evicted;
    private volatile boolean internal;
    private volatile boolean monitors;
    private final AtomicLong lastActiveNanos = new AtomicLong(createdNanos);
    private final AtomicReference<String> lastCommand = new AtomicReference<>("NULL");
    private volatile Account account;
    private volatile Runnable onAccountChange = () -> {};
    private ClientPorts ports = ClientPorts.PLAIN_ONLY;
    private Role role = Role.MASTER;
    private boolean authenticated;
    private ControlProof.@Nullable Challenged challenged;
    private @Nullable String installation;
    private volatile boolean noEvict;
    private volatile boolean noTouch;
    private ReplyMode replyMode = ReplyMode.ON;
    private volatile int channels;
    private volatile int patterns;
    private volatile int shardChannels;
    private volatile int queuedCommands = -1;
    private volatile long queuedBytes;
    private boolean silent;
    private boolean closeAfterReply;
    private boolean connected;

    /** Where the connection is counted among those of its user; null before it is admitted and logged in. */
    private @Nullable Meter countedAt;

    /**
     * @param id unique in this process, ascending
     * @param account of the client before it logs in
     * @param authenticated whether the client may send data commands without login
     */
    public Client(long id, String remoteAddress, String localAddress, Account account, boolean authenticated) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.localAddress = localAddress;
        this.account = account;
        this.authenticated = authenticated;
    }

    /** Sets the connection; another one when the client has moved to another event loop. */
    public void attach(ClientConnection ownConnection) {
        connection = ownConnection;
    }

    public long id() {
        return id;
    }

    /** {@code host:port} of the remote end. */
    public String remoteAddress() {
        return remoteAddress;
    }

    /** {@code host:port} of the local end. */
    public String localAddress() {
        return localAddress;
    }

    /** The name set by {@code CLIENT SETNAME}; empty when unset. */
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

    /** Whether replicas may serve the reads of the client ({@code READONLY}). */
    public boolean readOnly() {
        return readOnly;
    }

    public void readOnly(boolean readOnly) {
        this.readOnly = readOnly;
    }

    /** The protocol of the connection: RESP2 until {@code HELLO 3}. */
    public Protocol protocol() {
        return protocol;
    }

    public void protocol(Protocol protocol) {
        this.protocol = protocol;
    }

    /**
     * The flags of {@code CLIENT TRACKING} in {@code CLIENT LIST}: empty when tracking is off, else {@code t}, with
     * {@code R} for a redirection to a client that has left, and {@code B} for {@code BCAST}.
     */
    public String trackingFlags() {
        return trackingFlags;
    }

    /** The client that is told when keys change: 0 for this one, -1 when tracking is off. */
    long trackingRedirect() {
        return trackingRedirect;
    }

    public void tracking(String flags, long redirect) {
        trackingFlags = flags;
        trackingRedirect = redirect;
    }

    public void tracksNothing() {
        tracking("", -1);
    }

    /** The account the client is logged in to. */
    public Account account() {
        return account;
    }

    /** The current user, with the rules in force now. */
    public User user() {
        return account.user();
    }

    /** Logs the client in. */
    public void account(Account opened) {
        account = opened;
        authenticated = true;
        count();
    }

    /** Whether the client is one of an account's connections already. */
    public boolean isCountedAt(Account other) {
        return countedAt == other.meter();
    }

    /** Notes whether the client is among those that are connected. */
    void connected(boolean now) {
        connected = now;
        count();
    }

    private void count() {
        Meter next = connected && authenticated && !internal ? account.meter() : null;
        Meter before = countedAt;
        if (next != before) {
            countedAt = next;
            if (before != null) {
                before.disconnected();
            }
            if (next != null) {
                next.connected();
            }
        }
    }

    /** Sets the action that runs when the rules of the user may have changed; called from any thread. */
    public void onAccountChange(Runnable action) {
        onAccountChange = action;
    }

    void accountChanged() {
        onAccountChange.run();
    }

    /** A login to the control account that waits for the proof; null if none does. */
    public ControlProof.@Nullable Challenged challenged() {
        return challenged;
    }

    public void challenged(ControlProof.@Nullable Challenged next) {
        challenged = next;
    }

    /** The installation that the client has said to belong to; null if it has not. */
    public @Nullable String installation() {
        return installation;
    }

    public void installation(String id) {
        installation = id;
    }

    public boolean authenticated() {
        return authenticated;
    }

    /** Logs the client out. */
    public void logOut(Account defaultAccount, boolean needsNoLogin) {
        account = defaultAccount;
        authenticated = needsNoLogin;
        count();
    }

    /** Selects the ports of proxies that this client sees. */
    public ClientPorts ports() {
        return ports;
    }

    public void ports(ClientPorts ports) {
        this.ports = ports;
    }

    /** In which role the proxy serves the client, by the port to which it connected. */
    public Role role() {
        return role;
    }

    public void role(Role role) {
        this.role = role;
    }

    /** Whether the connection closes after the pending replies are sent, as after {@code QUIT}. */
    public boolean closesAfterReply() {
        return closeAfterReply;
    }

    public void closeAfterReply() {
        closeAfterReply = true;
    }

    /**
     * Records a command. Written without a memory fence, as it happens for every command: readers may see an older
     * value.
     */
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

    long ageMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - createdNanos);
    }

    long idleSeconds() {
        return TimeUnit.MILLISECONDS.toSeconds(idleMillis());
    }

    /** Time since the last input of the client. */
    public long idleMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastActiveNanos.getOpaque());
    }

    /** Records the arrival of a part of a command. */
    public void active(long nowNanos) {
        lastActiveNanos.setOpaque(nowNanos);
    }

    /** Whether the client is in {@code MONITOR} mode. */
    boolean monitors() {
        return monitors;
    }

    public void monitors(boolean monitors) {
        this.monitors = monitors;
    }

    /** Whether the client is blocked in a command such as {@code BLPOP}, or by {@code CLIENT PAUSE}. */
    public boolean blocked() {
        return blocked || paused;
    }

    /** Notes whether a command of the client is held by {@code CLIENT PAUSE}. */
    public void paused(boolean paused) {
        this.paused = paused;
    }

    public void blocked(boolean blocked) {
        this.blocked = blocked;
    }

    /** The flag of {@code CLIENT NO-EVICT}. */
    boolean noEvict() {
        return noEvict;
    }

    public void noEvict(boolean noEvict) {
        this.noEvict = noEvict;
    }

    /** The flag of {@code CLIENT NO-TOUCH}. */
    boolean noTouch() {
        return noTouch;
    }

    public void noTouch(boolean noTouch) {
        this.noTouch = noTouch;
    }

    /** What the client holds of the {@link ClientMemory}, in bytes. */
    public long heldBytes() {
        return heldBytes.getOpaque();
    }

    void heldBytes(long bytes) {
        heldBytes.setOpaque(bytes);
    }

    /** Whether the client is being disconnected because clients hold too much memory. */
    boolean isEvicted() {
        return evicted;
    }

    void markEvicted() {
        evicted = true;
    }

    /** Whether other clients are disconnected before this one when clients hold too much memory. */
    boolean isSpared() {
        return noEvict || internal;
    }

    /** Whether the client has shown that it is a peer, a coordinator or a broker. */
    public boolean isInternal() {
        return internal;
    }

    void markInternal() {
        internal = true;
        count();
    }

    /** Whether the reply to the current command is suppressed. */
    public boolean isSilent() {
        return silent;
    }

    /** Suppresses replies, or sends them, until the reply mode changes. */
    public void silent(boolean silent) {
        this.silent = silent;
    }

    /** Advances {@code CLIENT REPLY} to its mode for the next command. */
    public void advanceReplyMode() {
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

    /** Notes how many channels, patterns and shard channels the client has subscribed to. */
    public void subscribed(int channels, int patterns, int shardChannels) {
        this.channels = channels;
        this.patterns = patterns;
        this.shardChannels = shardChannels;
    }

    /** How many channels the client has subscribed to. */
    public int channels() {
        return channels;
    }

    /** How many patterns the client has subscribed to. */
    public int patterns() {
        return patterns;
    }

    /** How many shard channels the client has subscribed to. */
    public int shardChannels() {
        return shardChannels;
    }

    /** Notes the commands that are queued in the client's open transaction, and their size in bytes. */
    public void queued(int commands, long bytes) {
        queuedCommands = commands;
        queuedBytes = bytes;
    }

    /** Notes that the client has no open transaction. */
    public void queuedNothing() {
        queued(-1, 0);
    }

    /** How many commands are queued in the open transaction; -1 when there is none. */
    public int queuedCommands() {
        return queuedCommands;
    }

    /** The size of the queued commands, in bytes. */
    public long queuedBytes() {
        return queuedBytes;
    }

    public ClientConnection connection() {
        return connection;
    }

    /** Closes the connection; callable from any thread. */
    public void close() {
        connection.close();
    }
}
