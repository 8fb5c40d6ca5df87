package io.undermoon.proxy.jmh;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.ReplyScanner;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding where the replies end in one read of a node's socket; time per reply. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplyScannerBenchmark {
    @Param({"ok", "bulk", "array"})
    String reply = "ok";

    private final ReplyScanner scanner = new ReplyScanner();
    private ByteBuf in = Input.of("");

    @Setup
    public void fill() {
        in = Input.of(
                switch (reply) {
                    case "ok" -> "+OK\r\n";
                    case "bulk" -> Input.bulk("x".repeat(64));
                    default -> "*10\r\n" + Input.bulk("x".repeat(64)).repeat(10);
                });
    }

    @Benchmark
    @OperationsPerInvocation(Input.PIPELINE)
    public int scan() {
        int end = in.writerIndex();
        int index = 0;
        while (index < end) {
            index = scanner.scan(in, index, end);
        }
        return index;
    }
}
