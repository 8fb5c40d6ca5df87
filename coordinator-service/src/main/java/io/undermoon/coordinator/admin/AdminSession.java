package io.undermoon.coordinator.admin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** One client of the admin port. An error ends only its own session. Runs on the event loop of its channel. */
final class AdminSession extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logger.getLogger(AdminSession.class);

    private final AdminCommands commands;
    private final AdminPassword password;
    private boolean loggedIn;

    AdminSession(AdminCommands commands, AdminPassword password) {
        this.commands = commands;
        this.password = password;
        this.loggedIn = !password.isRequired();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object request) {
        List<String> words = ((CommandDecoder.Command) request).words();
        if (!words.isEmpty()) {
            write(context, answer(words));
        }
    }

    private RespValue answer(List<String> words) {
        if (words.get(0).equalsIgnoreCase("AUTH")) {
            RespValue reply = password.logIn(words);
            loggedIn = loggedIn || reply == AdminPassword.OK;
            return reply;
        }
        return loggedIn ? commands.answer(words) : AdminPassword.NOT_LOGGED_IN;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    /** Stops reading from a client that does not read its replies. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException) {
            refuse(context, cause);
        } else {
            LOG.debugf(
                    "Admin session ended: client=%s reason=%s",
                    context.channel().remoteAddress(), cause);
            context.close();
        }
    }

    /**
     * Replies with an error and ends the session. Closing a socket with unread bytes would reset the connection and
     * could lose the reply, so only the output is closed at once, and the socket after the client has had time to read.
     */
    private static void refuse(ChannelHandlerContext context, Throwable cause) {
        write(context, new RespValue.Failure("ERR " + cause.getMessage()));
        context.flush();
        ((DuplexChannel) context.channel()).shutdownOutput();
        context.executor().schedule(() -> context.close(), 1, TimeUnit.SECONDS);
    }

    private static void write(ChannelHandlerContext context, RespValue reply) {
        ByteBuf out = context.alloc().buffer();
        RespWriter.value(out, reply);
        context.write(out, context.voidPromise());
    }
}
