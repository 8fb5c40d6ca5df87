package io.undermoon.proxy.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hash slot of a key. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SlotBenchmark {
    @Param({"user:1", "key:000000012345", "{user:1000}:followers",
        "session:0123456789abcdef0123456789abcdef:attributes"})
    String key = "";

    private ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer();

    @Setup
    public void fill() {
        in.writeCharSequence(key + "\r\n", StandardCharsets.US_ASCII);
    }

    @Benchmark
    public int slot() {
        return Slot.of(in, 0, key.length());
    }
}
