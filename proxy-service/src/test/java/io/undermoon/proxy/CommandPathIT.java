package io.undermoon.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.socket.SocketChannel;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Follows a {@code GET} from socket to socket: when the command is written to the node, and when the reply is written
 * to the client, the stack of the event loop shows which classes handed the bytes on. Classes that only answer a
 * question on the way (the command table, the routes) have returned by then.
 */
class CommandPathIT {
    private static final int MAX_FILES = 10;

    /** Large enough to be written where it is appended, not at the end of the loop's turn. */
    private static final String LARGE = "x".repeat(64 * 1024);

    private static final Pattern STEP = Pattern.compile("^ *\\d+\\. `([a-z]+/[A-Za-z]+)`.*");

    @Test
    void a_get_passes_ten_files_at_most_and_the_documentation_lists_them() throws IOException {
        Set<String> path = new LinkedHashSet<>();
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(redis.port());
            client.call("SET", LARGE, LARGE);
            client.call("SET", "small", "value");
            List<StackTraceElement[]> writes = probe(proxy);

            client.call("GET", LARGE);
            client.call("GET", "small");

            writes.forEach(stack -> path.addAll(classes(stack)));
        }

        assertThat(path).hasSizeLessThanOrEqualTo(MAX_FILES);
        assertThat(documented()).containsExactlyInAnyOrderElementsOf(path);
    }

    /** Has the stacks of all writes to sockets recorded. */
    private static List<StackTraceElement[]> probe(ProxyHarness proxy) {
        List<StackTraceElement[]> writes = new CopyOnWriteArrayList<>();
        SingleThreadEventLoop loop =
                (SingleThreadEventLoop) proxy.connections().get(0).loop().eventLoop();
        loop.submit(() -> {
                    for (var i = loop.registeredChannelsIterator(); i.hasNext(); ) {
                        Channel channel = i.next();
                        if (channel instanceof SocketChannel) {
                            channel.pipeline().addFirst(new WriteProbe(writes));
                        }
                    }
                })
                .syncUninterruptibly();
        return writes;
    }

    /** The classes of the proxy on a stack, from the outermost to the innermost, as {@code room/Class}. */
    private static List<String> classes(StackTraceElement[] stack) {
        List<String> classes = new ArrayList<>();
        for (StackTraceElement element : stack) {
            String name = element.getClassName();
            if (name.startsWith("io.undermoon.") && !name.startsWith(CommandPathIT.class.getName())) {
                String outer = name.substring(name.indexOf("proxy.") + "proxy.".length())
                        .replaceAll("\\$.*", "");
                classes.add(outer.replace('.', '/'));
            }
        }
        Collections.reverse(classes);
        return classes;
    }

    /** The numbered steps of the section about a client's command. */
    private static List<String> documented() throws IOException {
        String text = Files.readString(Path.of("../docs/architecture.md"));
        String section = text.substring(text.indexOf("## Journey 1"), text.indexOf("## Journey 2"));
        return section.lines()
                .map(STEP::matcher)
                .filter(step -> step.matches())
                .map(step -> step.group(1))
                .toList();
    }

    private static final class WriteProbe extends ChannelDuplexHandler {
        private final List<StackTraceElement[]> writes;

        WriteProbe(List<StackTraceElement[]> writes) {
            this.writes = writes;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            writes.add(Thread.currentThread().getStackTrace());
            context.write(message, promise);
        }
    }
}
