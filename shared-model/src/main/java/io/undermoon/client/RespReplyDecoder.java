package io.undermoon.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespProtocolException;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes bytes into {@link RespValue}s, each only when it is whole. A reply of more bytes than the limit is refused
 * before it is complete. After an exception the connection is of no further use.
 */
final class RespReplyDecoder extends ByteToMessageDecoder {
    /** Of control commands; the longest replies that there are list migrations and the slots of a proxy. */
    static final int MAX_REPLY_BYTES = 4 << 20;

    private final int maxReplyBytes;
    private final RespReader reader;

    RespReplyDecoder(int maxReplyBytes) {
        this.maxReplyBytes = maxReplyBytes;
        this.reader = new RespReader(new RespLimits(maxReplyBytes, 1 << 20, 8, 64 << 10));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        RespValue reply = read(in);
        if (reply != null) {
            out.add(reply);
        } else if (in.readableBytes() > maxReplyBytes) {
            throw new TooLongFrameException("a reply of more than " + maxReplyBytes + " bytes");
        }
    }

    private @Nullable RespValue read(ByteBuf in) {
        try {
            return reader.read(in);
        } catch (RespProtocolException e) {
            throw new CorruptedFrameException(e.getMessage(), e);
        }
    }
}
