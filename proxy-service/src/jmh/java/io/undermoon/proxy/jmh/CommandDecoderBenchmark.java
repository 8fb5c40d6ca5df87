package io.undermoon.proxy.jmh;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.RequestLimits;
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

/** Finding the commands in one read of a client's socket; time per command. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandDecoderBenchmark {
    @Param({"GET", "SET", "MGET"})
    String command = "GET";

    private final CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
    private ByteBuf in = Input.of("");

    @Setup
    public void fill() {
        String key = "key:000000012345";
        in = Input.of(
                switch (command) {
                    case "GET" -> Input.command("GET", key);
                    case "SET" -> Input.command("SET", key, "x".repeat(64));
                    default -> Input.command("MGET", key, key, key, key, key, key, key, key, key, key);
                });
    }

    @Benchmark
    @OperationsPerInvocation(Input.PIPELINE)
    public int decode() {
        in.readerIndex(0);
        int bytes = 0;
        while (decoder.decode(in)) {
            bytes += decoder.frame().length();
        }
        return bytes;
    }
}
