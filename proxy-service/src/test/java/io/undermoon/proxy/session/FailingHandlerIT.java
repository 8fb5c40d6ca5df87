package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeRuns;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.config.ListenPoint;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.server.DataPlane;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespWriter;
import io.undermoon.testsupport.FreePort;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that the proxy fails to handle ends the connection that it came on, and harms no other. */
class FailingHandlerIT {
    /** More than may be on their way to a loop at the same time. */
    private static final int CLIENTS = 40;

    private final int port = FreePort.any();
    private final DataPlane dataPlane = new DataPlane(
            Transport.best(),
            1,
            new BackendSettings(
                    1000,
                    3000,
                    10_000,
                    1 << 20,
                    1,
                    BackendSettings.Login.NONE,
                    BackendSettings.Login.NONE,
                    BackendEncryption.NONE),
            NodeRuns.ALL,
            1,
            new Lease(LeaseClock.SYSTEM));

    @BeforeEach
    void start() {
        dataPlane.start(
                List.of(ListenPoint.plain(new HostPort("127.0.0.1", port))),
                new SessionInitializer(
                        dataPlane.sessionLoops(),
                        new ClientRegistry(ClientLimits.DEFAULT),
                        new AccessControl(CommandTable.load(), null, List.of()),
                        new SessionSettings(false, 4, 1024, false, "", 0),
                        Handler::new));
    }

    @AfterEach
    void stop() {
        dataPlane.close();
    }

    @Test
    void the_first_command_of_a_connection() {
        for (int i = 0; i < CLIENTS; i++) {
            try (RespConnection client = RespConnection.to(port)) {
                client.send("FAIL");
                assertClosed(client);
            }
        }
        try (RespConnection client = RespConnection.to(port)) {
            assertThat(text(client.call("PING"))).isEqualTo("OK");
        }
    }

    @Test
    void a_command_that_was_held() {
        try (RespConnection client = RespConnection.to(port)) {
            assertThat(text(client.call("PING"))).isEqualTo("OK");
            client.send("HOLD");
            assertClosed(client);
        }
    }

    private static void assertClosed(RespConnection client) {
        assertThatThrownBy(client::receive)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the connection was closed");
    }

    private static final class Handler implements CommandHandler {
        private final SessionLoop loop;
        private boolean hasHeld;

        Handler(SessionLoop loop) {
            this.loop = loop;
        }

        @Override
        public boolean handle(ClientSession session, CommandFrame frame, int hopsLeft) {
            if (frame.argumentIs(0, "FAIL") || hasHeld) {
                throw new IllegalStateException("fails as the test wants it");
            }
            if (frame.argumentIs(0, "HOLD")) {
                hasHeld = true;
                session.hold();
                loop.proxyLoop().execute(loop::releaseHeld);
                return false;
            }
            RespWriter.simple(session.replyBuffer(), "OK");
            return true;
        }

        @Override
        public Admission admission(ClientSession session, CommandFrame frame) {
            return Admission.REFUSED;
        }

        @Override
        public Place placeOf(ByteBuf input) {
            return Place.CLIENTS;
        }

        @Override
        public void answered(PendingReply reply) {
            // Nothing is sent to nodes.
        }
    }
}
