package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;

/** Command frames for tests, as a decoder would fill them. */
final class Frames {
    private Frames() {}

    static CommandFrame of(String... arguments) {
        ByteBuf buffer = Unpooled.buffer();
        CommandFrame frame = new CommandFrame(buffer);
        // Some bytes in front, so that a position that forgets where the command starts is found out.
        buffer.writeBytes("+OK\r\n".getBytes(StandardCharsets.US_ASCII));
        frame.begin(buffer, buffer.writerIndex());
        RespWriter.array(buffer, arguments.length);
        for (String argument : arguments) {
            int length = argument.getBytes(StandardCharsets.UTF_8).length;
            RespWriter.bulk(buffer, argument);
            frame.add(buffer.writerIndex() - 2 - length, length);
        }
        frame.finish(buffer.writerIndex());
        return frame;
    }

    /** A command of words that are separated by spaces. */
    static CommandFrame ofWords(String command) {
        return of(command.split(" "));
    }
}
