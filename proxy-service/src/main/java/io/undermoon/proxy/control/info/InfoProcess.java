package io.undermoon.proxy.control.info;

import io.netty.buffer.PooledByteBufAllocator;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientFigures;
import io.undermoon.proxy.client.ClientPause;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.stats.Counter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** The sections of {@code INFO} about the process and its clients. */
public final class InfoProcess {
    private static final int RUN_ID_BYTES = 20;

    private final int port;
    private final ClientRegistry clients;
    private final ResettableStats stats;
    private final SubscribedNames subscribed;
    private final OperationRate rate;
    private final OperationRate input;
    private final OperationRate output;
    private final long startNanos = System.nanoTime();
    private final String runId;

    /** How many names of each kind clients of this proxy have subscribed to. */
    public record SubscribedNames(IntSupplier channels, IntSupplier patterns, IntSupplier shardChannels) {}

    public InfoProcess(int port, ClientRegistry clients, ResettableStats stats, SubscribedNames subscribed) {
        this.subscribed = subscribed;
        this.port = port;
        this.clients = clients;
        this.stats = stats;
        this.rate = new OperationRate(startNanos);
        this.input = new OperationRate(startNanos);
        this.output = new OperationRate(startNanos);
        byte[] random = new byte[RUN_ID_BYTES];
        new SecureRandom().nextBytes(random);
        this.runId = HexFormat.of().formatHex(random);
    }

    void server(InfoText text) {
        long uptime = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
        text.section("Server")
                .field("redis_version", Replies.REDIS_VERSION)
                .field("redis_mode", "cluster")
                .field(
                        "os",
                        System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                                + System.getProperty("os.arch"))
                .field("arch_bits", 64)
                .field("process_id", ProcessHandle.current().pid())
                .field("run_id", runId)
                .field("tcp_port", port)
                .field("server_time_usec", ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()))
                .field("uptime_in_seconds", uptime)
                .field("uptime_in_days", TimeUnit.SECONDS.toDays(uptime));
    }

    void clients(InfoText text) {
        ClientPause.State pause = clients.pause().state();
        long pausedNanos = Math.max(0, pause.nanosLeft());
        String paused = pausedNanos > 0 ? pause.mode().name().toLowerCase(Locale.ROOT) : "none";
        List<ClientFigures> figures = clients.all().stream()
                .map(client -> client.connection().figures())
                .toList();
        text.section("Clients")
                .field("connected_clients", clients.size())
                .field("cluster_connections", clients.internalSize())
                .field("maxclients", clients.limits().maxClients())
                .field(
                        "client_recent_max_input_buffer",
                        figures.stream()
                                .mapToLong(ClientFigures::inputBytes)
                                .max()
                                .orElse(0))
                .field(
                        "client_recent_max_output_buffer",
                        figures.stream()
                                .mapToLong(ClientFigures::outputBytes)
                                .max()
                                .orElse(0))
                .field(
                        "tracking_clients",
                        clients.all().stream()
                                .filter(client -> !client.trackingFlags().isEmpty())
                                .count())
                .field(
                        "blocked_clients",
                        clients.all().stream().filter(Client::blocked).count())
                .field("paused_reason", pausedNanos > 0 ? "client_pause" : "none")
                .field("paused_actions", paused)
                .field("paused_timeout_milliseconds", TimeUnit.NANOSECONDS.toMillis(pausedNanos));
    }

    /**
     * Memory of the masters behind this proxy, under the names of Redis, as they hold the data; and that of the proxy
     * itself: used heap and direct buffers.
     */
    void memory(InfoText text, NodeFigures nodes) {
        Runtime runtime = Runtime.getRuntime();
        long heap = runtime.totalMemory() - runtime.freeMemory();
        long buffers = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        text.section("Memory");
        nodes.memory(text);
        text.field("mem_clients_normal", clients.memory().heldBytes())
                .field("maxmemory_clients", clients.memory().limitBytes())
                .bytes("used_memory_proxy", heap + buffers)
                .field("used_memory_proxy_heap", heap)
                .field("used_memory_proxy_buffers", buffers)
                .field("used_memory_proxy_heap_max", runtime.maxMemory());
    }

    /** What clients did at the proxy, and what the masters count about their keys. */
    void stats(InfoText text, NodeFigures nodes) {
        long calls = stats.totalCalls();
        long now = System.nanoTime();
        long bytesIn = stats.get(Counter.CLIENT_BYTES_IN);
        long bytesOut = stats.get(Counter.CLIENT_BYTES_OUT);
        text.section("Stats")
                .field("total_connections_received", stats.get(Counter.CONNECTIONS_ACCEPTED))
                .field("total_commands_processed", calls)
                .field("instantaneous_ops_per_sec", rate.perSecond(calls, now))
                .field("total_net_input_bytes", bytesIn)
                .field("total_net_output_bytes", bytesOut)
                .decimal("instantaneous_input_kbps", input.perSecond(bytesIn, now) / 1024.0)
                .decimal("instantaneous_output_kbps", output.perSecond(bytesOut, now) / 1024.0)
                .field("rejected_connections", stats.get(Counter.CONNECTIONS_REJECTED))
                .field("evicted_clients", stats.get(Counter.CLIENTS_EVICTED))
                .field("total_error_replies", stats.totalErrors())
                .field("pubsub_channels", subscribed.channels().getAsInt())
                .field("pubsub_patterns", subscribed.patterns().getAsInt())
                .field("pubsubshard_channels", subscribed.shardChannels().getAsInt());
        nodes.stats(text);
    }

    /** User time includes system time, as the JDK reports only the sum; there are no child processes. */
    void cpu(InfoText text) {
        text.section("CPU")
                .field("used_cpu_sys", seconds(Duration.ZERO))
                .field("used_cpu_sys_children", seconds(Duration.ZERO))
                .field("used_cpu_user_children", seconds(Duration.ZERO));
        ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .ifPresent(total -> text.field("used_cpu_user", seconds(total)));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%d.%06d", duration.toSeconds(), duration.toNanosPart() / 1000);
    }
}
