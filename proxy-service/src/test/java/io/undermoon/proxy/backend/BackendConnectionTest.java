package io.undermoon.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendConnectionTest {
    private static final BackendSettings SETTINGS =
            new BackendSettings(1000, 1000, 1000, 1, BackendSettings.Login.NONE, BackendSettings.Login.NONE);

    /** Runs the tasks of the loop when it is told to. */
    private final EmbeddedChannel tasks = new EmbeddedChannel();

    private final LoopStats stats = new LoopStats(1);
    private final ProxyLoop loop = new ProxyLoop(tasks.eventLoop(), Transport.NIO, SETTINGS, stats);
    private final Connection connection = new Connection(loop);
    private final List<String> events = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void release() {
        connection.closeNow("end of the test");
        channel.finishAndReleaseAll();
        tasks.finishAndReleaseAll();
    }

    @Test
    void writes_queued_commands_when_it_is_ready_and_later_ones_once_per_turn() {
        send("a");
        send("b");
        assertThat(connection.isWritable()).isTrue();
        connect();
        assertThat(written()).isEqualTo("*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n");
        send("c");
        send("d");
        assertThat((Object) channel.readOutbound()).isNull();
        tasks.runPendingTasks();
        assertThat(written()).isEqualTo("*1\r\n$1\r\nc\r\n*1\r\n$1\r\nd\r\n");
        assertThat(stats.get(Counter.IN_FLIGHT)).isEqualTo(4);
        assertThat(stats.get(Counter.BACKEND_BYTES_OUT)).isEqualTo(44);
    }

    @Test
    void a_large_command_that_waits_for_the_connection_is_not_copied_and_stops_the_sender() {
        CommandFrame large = CommandFrame.of(List.of("x".repeat(20_000)));
        send("a");
        connection.accept(receiver("large"));
        connection.write(large);
        send("b");
        assertThat(connection.isWritable()).isFalse();
        assertThat(large.buffer().refCnt()).isEqualTo(2);
        connect();
        assertThat(written()).startsWith("*1\r\n$1\r\na\r\n*1\r\n$20000\r\nx").endsWith("x\r\n*1\r\n$1\r\nb\r\n");
        assertThat(large.buffer().refCnt()).isEqualTo(1);
        assertThat(connection.isWritable()).isTrue();
        assertThat(events).isEmpty();
    }

    @Test
    void what_waited_for_a_connection_that_is_not_made_is_released() {
        CommandFrame large = CommandFrame.of(List.of("x".repeat(20_000)));
        connection.accept(receiver("large"));
        connection.write(large);
        connection.disconnected("refused");
        assertThat(large.buffer().refCnt()).isEqualTo(1);
        assertThat(events).hasSize(1);
    }

    @Test
    void replies_reach_their_receivers_in_order() {
        connect();
        connection.acceptAll(2, IgnoredReply.INSTANCE, receiver("two"));
        send("three");
        channel.writeInbound(Unpooled.copiedBuffer("+ignored\r\n+2\r\n+3\r\n", StandardCharsets.US_ASCII));
        assertThat(events).containsExactly("two: +2", "three: +3");
        assertThat(stats.get(Counter.IN_FLIGHT)).isZero();
        assertThat(connection.answeredCount()).isEqualTo(3);
    }

    @Test
    void an_error_tells_whether_a_command_may_have_been_executed() {
        send("a");
        connection.disconnected("refused");
        send("b");
        assertThat(events)
                .containsExactly(
                        "a: CLUSTERDOWN node 127.0.0.1:7001 cannot be reached (refused); nothing was executed",
                        "b: CLUSTERDOWN node 127.0.0.1:7001 cannot be reached (refused); nothing was executed");
        events.clear();

        Connection second = new Connection(loop);
        second.ready(channel);
        second.accept(receiver("c"));
        second.disconnected("reset");
        assertThat(events)
                .containsExactly("c: ERR connection to node 127.0.0.1:7001 was lost (reset) before the reply came;"
                        + " the command may have been executed");
        assertThat(stats.get(Counter.IN_FLIGHT)).isZero();
    }

    @Test
    void only_the_last_of_several_refused_commands_fails_visibly() {
        connection.disconnected("refused");
        assertThat(connection.acceptAll(3, IgnoredReply.INSTANCE, receiver("last")))
                .isFalse();
        assertThat(events).hasSize(1);
        assertThat(connection.inFlight()).isZero();
    }

    @Test
    void closes_once_all_replies_have_arrived() {
        connect();
        send("a");
        connection.closeWhenDrained();
        assertThat(channel.isOpen()).isTrue();
        channel.writeInbound(Unpooled.copiedBuffer("+1\r\n", StandardCharsets.US_ASCII));
        assertThat(events).containsExactly("a: +1");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closes_a_channel_that_becomes_ready_too_late() {
        connection.closeNow("not needed");
        connect();
        assertThat(channel.isOpen()).isFalse();
        assertThat(connection.problem()).isEqualTo("not needed");
    }

    @Test
    void runs_callbacks_once_when_it_is_ready_or_gone() {
        connection.whenWritable(() -> events.add("ready"));
        connect();
        connection.whenWritable(() -> events.add("gone"));
        connection.closeNow("over");
        assertThat(events).containsExactly("ready", "gone");
    }

    private void connect() {
        // Without a login the handler reports the channel as ready when it becomes active.
        channel.pipeline().addLast(new BackendHandler(connection));
        channel.pipeline().fireChannelActive();
    }

    private void send(String command) {
        if (connection.accept(receiver(command))) {
            connection.write(CommandFrame.of(List.of(command)));
        }
    }

    private String written() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.US_ASCII));
            out.release();
        }
        return text.toString();
    }

    private ReplyReceiver receiver(String name) {
        return new ReplyReceiver() {
            @Override
            public void reply(ByteBuf in, int from, int to, boolean last) {
                events.add(name + ": "
                        + in.toString(from, to - from, StandardCharsets.US_ASCII)
                                .trim());
            }

            @Override
            public void fail(BackendFailure failure) {
                events.add(name + ": " + failure.message());
            }
        };
    }

    /** The core without a role. */
    private static final class Connection extends BackendConnection {
        Connection(ProxyLoop loop) {
            super(loop, new Endpoints().redis("127.0.0.1:7001"), Access.PROXY, Protocol.RESP2, 1000);
        }

        @Override
        void onDisconnected(String reason, boolean wasReady, BackendFailure failure) {
            failAll(failure);
        }
    }
}
