package io.undermoon.dev.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** One client: sends a burst, waits for all its replies, sends the next. Lives on the loop of its run. */
final class LoadClient extends ChannelInboundHandlerAdapter {
    private final LoadRun run;
    private final ReplyCounter counter = new ReplyCounter();
    private int outstanding;
    private long sentNanos;

    LoadClient(LoadRun run) {
        this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        run.connected(() -> send(ctx));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            int replies = counter.count(in);
            outstanding -= replies;
            run.record(replies, System.nanoTime() - sentNanos);
        } finally {
            in.release();
        }
        if (counter.errors() > 0) {
            run.fail("it answers with an error: " + counter.firstError());
        } else if (outstanding == 0) {
            send(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (outstanding > 0 || !run.isOver()) {
            run.fail("it closed a connection");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        run.fail(String.valueOf(cause.getMessage()));
    }

    private void send(ChannelHandlerContext ctx) {
        if (run.isOver()) {
            ctx.close();
            return;
        }
        outstanding = run.pipeline();
        sentNanos = System.nanoTime();
        ctx.writeAndFlush(run.nextBurst(), ctx.voidPromise());
    }
}
