package io.undermoon.proxy.usage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.usage.HotKeySession.Metric;
import io.undermoon.proxy.usage.SlotUsage.Figure;
import io.undermoon.slot.Slot;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a loop notes of commands, without the loop running. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoopUsageTest {
    private static final BackendSettings SETTINGS = new BackendSettings(
            1000,
            1000,
            1000,
            1 << 20,
            10,
            BackendSettings.Login.NONE,
            BackendSettings.Login.NONE,
            BackendEncryption.NONE);

    private final CommandTable table = CommandTable.load();
    private final Command get = Objects.requireNonNull(table.find("get"));
    private final Command mget = Objects.requireNonNull(table.find("mget"));
    private final ByteBuf ok = Unpooled.copiedBuffer("+OK\r\n", US_ASCII);
    private EventLoopGroup group;
    private LoopUsage usage;

    @BeforeAll
    void start() {
        Transport transport = Transport.best();
        group = transport.newEventLoopGroup(1);
        usage = new LoopUsage(new ProxyLoop((EventLoop) group.next(), transport, SETTINGS, new LoopStats(1)));
    }

    @AfterAll
    void stop() {
        group.shutdownGracefully();
    }

    /** What the client gets. */
    private static final class Client implements ReplyReceiver {
        private long bytes;
        private int failures;

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            bytes += to - from;
        }

        @Override
        public void fail(BackendFailure failure) {
            failures++;
        }
    }

    private void search(Metric... metrics) {
        usage.start(new HotKeySession(Set.of(metrics), 10, 1, null, 0, System.nanoTime(), 0));
    }

    private ReplyReceiver sent(Command command, Client client, String... words) {
        assertThat(usage.isDue()).isTrue();
        return usage.sample(Role.MASTER, command, CommandFrame.of(List.of(words)), client);
    }

    @Test
    void a_reply_in_parts_and_one_that_fails_reach_the_client_and_count() {
        usage.countSlots(true);
        search(Metric.NET);
        Client client = new Client();
        ReplyReceiver first = sent(get, client, "GET", "k");
        ReplyReceiver second = sent(get, client, "GET", "k");
        first.reply(ok, 0, 2, false);
        first.reply(ok, 2, 5, true);
        second.fail(new BackendFailure("ERR gone"));

        assertThat(client.bytes).isEqualTo(5);
        assertThat(client.failures).isEqualTo(1);
        SlotUsage slots = new SlotUsage();
        usage.addTo(Role.MASTER, slots);
        int slot = Slot.of("k".getBytes(US_ASCII));
        int length = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n".length();
        assertThat(slots.get(slot, Figure.OPS)).isEqualTo(2);
        assertThat(slots.get(slot, Figure.BYTES_IN)).isEqualTo(2L * length);
        assertThat(slots.get(slot, Figure.BYTES_OUT)).isEqualTo(5);
        assertThat(usage.found()).isNotNull();
        assertThat(Objects.requireNonNull(usage.found()).bytes).isEqualTo(2L * length + 5);
        usage.countSlots(false);
        usage.reset();
    }

    @Test
    void nothing_is_due_when_nothing_is_wanted() {
        usage.countSlots(false);
        usage.reset();
        for (int i = 0; i < 100_000; i++) {
            assertThat(usage.isDue()).isFalse();
        }
    }

    @Test
    void looking_allocates_nothing() {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "the JVM counts allocations");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        usage.countSlots(true);
        search(Metric.CPU, Metric.NET, Metric.OPS);
        CommandFrame[] frames = new CommandFrame[2000];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = CommandFrame.of(
                    i % 2 == 0 ? List.of("GET", "key:" + i) : List.of("MGET", "{t}" + i, "{t}b", "{t}c"));
        }
        Client client = new Client();
        look(frames, client, 20);
        long before = threads.getCurrentThreadAllocatedBytes();
        look(frames, client, 20);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
        assertThat(client.bytes).isEqualTo(2L * 20 * frames.length * 5);
        usage.countSlots(false);
        usage.reset();
    }

    private void look(CommandFrame[] frames, Client client, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < frames.length; i++) {
                ReplyReceiver receiver =
                        usage.isDue() ? usage.sample(Role.MASTER, i % 2 == 0 ? get : mget, frames[i], client) : client;
                receiver.reply(ok, 0, 5, true);
            }
        }
    }
}
