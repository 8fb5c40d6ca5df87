package io.undermoon.proxy.migration.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Asks nodes and proxies, on the migration event loop; answers come on the loop, too. A stage fails with
 * {@link CallException}, also when the answer is an error.
 */
public final class Calls {
    private final NodeConnections connections;

    public Calls(NodeConnections connections) {
        this.connections = connections;
    }

    /** There is no answer, or it is an error. */
    public static final class CallException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CallException(String message) {
            super(message, null, false, false);
        }
    }

    public CompletionStage<RespValue> call(Endpoint node, String... command) {
        return call(node, CommandFrame.of(List.of(command)));
    }

    public CompletionStage<RespValue> call(Endpoint node, CommandFrame command) {
        CompletableFuture<RespValue> answer = new CompletableFuture<>();
        connections.shared(node).send(command, collector(node + " to " + command.argument(0), answer));
        return answer;
    }

    /** A receiver that completes a stage with the whole reply. */
    public static ReplyReceiver collector(String asked, CompletableFuture<RespValue> answer) {
        return new Collector(asked, answer);
    }

    /** A command with arguments of any bytes at its end. */
    public static CommandFrame command(List<String> words, Collection<byte[]> arguments) {
        ByteBuf out = Unpooled.buffer();
        CommandFrame frame = new CommandFrame(out);
        frame.begin(out, 0);
        out.writeCharSequence("*" + (words.size() + arguments.size()) + "\r\n", StandardCharsets.US_ASCII);
        Consumer<byte[]> add = argument -> {
            out.writeCharSequence("$" + argument.length + "\r\n", StandardCharsets.US_ASCII);
            frame.add(out.writerIndex(), argument.length);
            out.writeBytes(argument).writeByte('\r').writeByte('\n');
        };
        words.forEach(word -> add.accept(word.getBytes(StandardCharsets.UTF_8)));
        arguments.forEach(add);
        frame.finish(out.writerIndex());
        return frame;
    }

    public static String text(RespValue value) {
        if (value instanceof RespValue.Bulk bulk) {
            return bulk.text();
        }
        if (value instanceof RespValue.Simple simple) {
            return simple.text();
        }
        if (value instanceof RespValue.Verbatim verbatim) {
            return verbatim.text();
        }
        throw new CallException("expected text, not " + value);
    }

    public static long number(RespValue value) {
        if (value instanceof RespValue.Int number) {
            return number.value();
        }
        throw new CallException("expected a number, not " + value);
    }

    public static List<RespValue> items(RespValue value) {
        if (value instanceof RespValue.Array array) {
            return array.items();
        }
        throw new CallException("expected an array, not " + value);
    }

    /** What went wrong, for an operator. */
    public static String reason(Throwable problem) {
        Throwable cause = problem;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static final class Collector implements ReplyReceiver {
        private final String asked;
        private final CompletableFuture<RespValue> answer;
        private final ByteBuf collected = Unpooled.buffer();

        Collector(String asked, CompletableFuture<RespValue> answer) {
            this.asked = asked;
            this.answer = answer;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            collected.writeBytes(in, from, to - from);
            if (last) {
                end();
            }
        }

        private void end() {
            RespValue value;
            try {
                value = new RespReader(RespLimits.CONTROL).read(collected);
            } catch (RuntimeException e) {
                answer.completeExceptionally(new CallException("answer of " + asked + ": " + e.getMessage()));
                return;
            }
            if (value instanceof RespValue.Failure failure) {
                answer.completeExceptionally(new CallException("answer of " + asked + ": " + failure.text()));
            } else if (value == null) {
                answer.completeExceptionally(new CallException("answer of " + asked + " is no value: "
                        + Arrays.toString(collected.array()).substring(0, 40)));
            } else {
                answer.complete(value);
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            answer.completeExceptionally(new CallException(failure.message()));
        }
    }
}
