package io.undermoon.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendHandlerTest {
    private static final BackendSettings SETTINGS =
            new BackendSettings(1000, 1000, 1000, 1, BackendSettings.Login.NONE, BackendSettings.Login.NONE);
    private static final String PUSH = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    private static final String FORGET = ">2\r\n$10\r\ninvalidate\r\n_\r\n";
    private static final String MAP = "%1\r\n$1\r\na\r\n*2\r\n:1\r\n_\r\n";
    private static final String ATTRIBUTED = "|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n";

    private final EventLoopGroup group = Transport.NIO.newEventLoopGroup(1);
    private final ProxyLoop loop = new ProxyLoop((EventLoop) group.next(), Transport.NIO, SETTINGS, new LoopStats(1));

    @AfterEach
    void stop() {
        group.shutdownGracefully();
    }

    @Test
    void what_is_pushed_answers_no_command_wherever_the_input_is_cut() {
        String all = PUSH + MAP + PUSH + FORGET + ATTRIBUTED + FORGET;
        for (int cut = 0; cut <= all.length(); cut++) {
            Connection connection = new Connection(loop, true);
            feed(connection, all, cut);
            assertThat(connection.replies).as("cut at %d", cut).containsExactly(MAP, ATTRIBUTED);
            assertThat(connection.pushes).as("cut at %d", cut).containsExactly(PUSH, PUSH, FORGET, FORGET);
        }
    }

    @Test
    void pushes_that_nobody_wants_are_dropped() {
        String all = PUSH + MAP + FORGET + ATTRIBUTED;
        for (int cut = 0; cut <= all.length(); cut++) {
            Connection connection = new Connection(loop, false);
            feed(connection, all, cut);
            assertThat(connection.replies).as("cut at %d", cut).containsExactly(MAP, ATTRIBUTED);
        }
    }

    private void feed(Connection connection, String all, int cut) {
        EmbeddedChannel channel = new EmbeddedChannel(new BackendHandler(connection));
        ByteBuf login = channel.readOutbound();
        assertThat(login.toString(StandardCharsets.US_ASCII)).isEqualTo("*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n");
        login.release();
        assertThat(connection.isReady()).isFalse();
        channel.writeInbound(Unpooled.copiedBuffer("%0\r\n" + all.substring(0, cut), StandardCharsets.US_ASCII));
        channel.writeInbound(Unpooled.copiedBuffer(all.substring(cut), StandardCharsets.US_ASCII));
        assertThat(connection.isReady()).isTrue();
        assertThat(channel.isOpen()).isTrue();
        channel.finishAndReleaseAll();
    }

    /** Collects replies and pushes. */
    private static final class Connection extends BackendConnection {
        private final boolean wantsPushes;
        private final List<String> replies = new ArrayList<>();
        private final List<String> pushes = new ArrayList<>();
        private final StringBuilder begun = new StringBuilder();

        Connection(ProxyLoop loop, boolean wantsPushes) {
            super(loop, new Endpoints().redis("127.0.0.1:7001"), Access.PROXY, Protocol.RESP3, NO_REPLY_TIMEOUT);
            this.wantsPushes = wantsPushes;
        }

        @Override
        @Nullable
        ReplyReceiver pushes() {
            return wantsPushes ? collecting(pushes) : null;
        }

        @Override
        void onDisconnected(String reason, boolean wasReady, BackendFailure failure) {
            // The test ends it.
        }

        @Override
        ReplyReceiver current() {
            return collecting(replies);
        }

        private ReplyReceiver collecting(List<String> whole) {
            return new ReplyReceiver() {
                @Override
                public void reply(ByteBuf in, int from, int to, boolean last) {
                    begun.append(in.toString(from, to - from, StandardCharsets.US_ASCII));
                    if (last) {
                        whole.add(begun.toString());
                        begun.setLength(0);
                    }
                }

                @Override
                public void fail(BackendFailure failure) {
                    throw new AssertionError(failure);
                }
            };
        }
    }
}
