package io.undermoon.coordinator.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.coordinator.port.BrokerDirectory;
import io.undermoon.metadata.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The RESP port for operators. A session is closed when no data has arrived for {@link #IDLE_LIMIT}; a command may have
 * {@value CommandDecoder#MAX_COMMAND_BYTES} bytes; at most {@value #MAX_SESSIONS} sessions are open at a time.
 */
public final class AdminServer implements AutoCloseable {
    static final Duration IDLE_LIMIT = Duration.ofMinutes(5);
    static final int MAX_SESSIONS = 256;

    private static final Logger LOG = Logger.getLogger(AdminServer.class);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final HostPort address;
    private final Duration idleLimit;
    private final AdminCommands commands;
    private final AdminPassword password;
    private final EventLoopGroup group = new NioEventLoopGroup(1, new DefaultThreadFactory("admin", true));
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Session> sessions = new ConcurrentSkipListMap<>();

    private record Session(LocalDateTime start, String description) {}

    public AdminServer(HostPort address, BrokerDirectory brokers, String reporterId, AdminPassword password) {
        this(address, brokers, reporterId, password, IDLE_LIMIT);
    }

    AdminServer(
            HostPort address, BrokerDirectory brokers, String reporterId, AdminPassword password, Duration idleLimit) {
        this.password = password;
        this.address = address;
        this.idleLimit = idleLimit;
        this.commands = new AdminCommands(brokers, reporterId, this::sessionLines);
    }

    /**
     * Starts to listen.
     *
     * @throws IllegalStateException if the address cannot be bound
     */
    public void start() {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(NioServerSocketChannel::new)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        ChannelFuture bound = bootstrap
                .bind(new InetSocketAddress(address.host(), address.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IllegalStateException(
                    "undermoon.address = '" + address + "': cannot listen there: " + bound.cause(), bound.cause());
        }
        LOG.infof("Admin port is listening: address=%s", address);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private void accept(Channel channel) {
        if (sessions.size() >= MAX_SESSIONS) {
            LOG.warnf("Admin session refused: sessions=%d", MAX_SESSIONS);
            channel.close();
            return;
        }
        long id = lastId.incrementAndGet();
        sessions.put(
                id,
                new Session(
                        LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS),
                        "session " + channel.remoteAddress()));
        channel.closeFuture().addListener(closed -> sessions.remove(id));
        channel.pipeline()
                .addLast(new IdleStateHandler(idleLimit.toMillis(), 0, 0, TimeUnit.MILLISECONDS))
                .addLast(new CommandDecoder())
                .addLast(new AdminSession(commands, password));
    }

    private List<String> sessionLines() {
        return sessions.entrySet().stream()
                .map(entry ->
                        entry.getKey() + " " + TIME.format(entry.getValue().start()) + " "
                                + entry.getValue().description())
                .toList();
    }
}
