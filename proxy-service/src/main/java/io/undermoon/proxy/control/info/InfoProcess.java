package io.undermoon.proxy.control.info;

import io.netty.buffer.PooledByteBufAllocator;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientPause;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.stats.Counter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The sections of {@code INFO} about the process and its clients. */
public final class InfoProcess {
    private static final int RUN_ID_BYTES = 20;

    private final int port;
    private final ClientRegistry clients;
    private final ResettableStats stats;
    private final OperationRate rate;
    private final long startNanos = System.nanoTime();
    private final String runId;

    public InfoProcess(int port, ClientRegistry clients, ResettableStats stats) {
        this.port = port;
        this.clients = clients;
        this.stats = stats;
        this.rate = new OperationRate(startNanos);
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
        text.section("Clients")
                .field("connected_clients", clients.size())
                .field("cluster_connections", clients.internalSize())
                .field("maxclients", clients.limits().maxClients())
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
        text.section("Stats")
                .field("total_connections_received", stats.get(Counter.CONNECTIONS_ACCEPTED))
                .field("total_commands_processed", calls)
                .field("instantaneous_ops_per_sec", rate.perSecond(calls, System.nanoTime()))
                .field("total_net_input_bytes", stats.get(Counter.CLIENT_BYTES_IN))
                .field("total_net_output_bytes", stats.get(Counter.CLIENT_BYTES_OUT))
                .field("rejected_connections", stats.get(Counter.CONNECTIONS_REJECTED))
                .field("evicted_clients", stats.get(Counter.CLIENTS_EVICTED))
                .field("total_error_replies", stats.totalErrors());
        nodes.stats(text);
    }

    /** User time includes system time, as the JDK reports only the sum. */
    void cpu(InfoText text) {
        text.section("CPU");
        ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .ifPresent(total -> text.field("used_cpu_user", seconds(total)));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%d.%06d", duration.toSeconds(), duration.toNanosPart() / 1000);
    }
}
