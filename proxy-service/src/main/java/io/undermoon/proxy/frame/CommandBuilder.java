package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * A builder of commands from words and from arguments of other commands. The frame's buffer is on the heap and needs no
 * release.
 */
public final class CommandBuilder {
    private final ByteBuf out = Unpooled.buffer();
    private final CommandFrame frame = new CommandFrame(out);
    private final int announced;

    /**
     * @param arguments the number of arguments, the name included
     */
    public CommandBuilder(int arguments) {
        announced = arguments;
        frame.begin(out, 0);
        ByteBufUtil.writeAscii(out, "*" + arguments + "\r\n");
    }

    /** Adds a word of ASCII. */
    public CommandBuilder add(String word) {
        header(word.length());
        ByteBufUtil.writeAscii(out, word);
        return end();
    }

    /** Adds an argument of another command. */
    public CommandBuilder add(CommandFrame source, int argument) {
        header(source.argumentLength(argument));
        out.writeBytes(source.buffer(), source.argumentStart(argument), source.argumentLength(argument));
        return end();
    }

    /** Adds an argument by its bytes, which are copied. */
    public CommandBuilder add(byte[] argument) {
        header(argument.length);
        out.writeBytes(argument);
        return end();
    }

    /** The command. */
    public CommandFrame build() {
        if (frame.argumentCount() != announced) {
            throw new IllegalStateException(frame.argumentCount() + " arguments, not " + announced);
        }
        frame.finish(out.writerIndex());
        return frame;
    }

    private void header(int length) {
        ByteBufUtil.writeAscii(out, "$" + length + "\r\n");
        frame.add(out.writerIndex(), length);
    }

    private CommandBuilder end() {
        out.writeByte('\r').writeByte('\n');
        return this;
    }
}
