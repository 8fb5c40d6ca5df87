package io.undermoon.proxy.jmh;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a command's bytes to its slot: the table, the arity, the policy, the keys. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBenchmark {
    @Param({"GET", "ZUNIONSTORE", "EVAL"})
    String command = "GET";

    private final CommandTable table = CommandTable.load();
    private final CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);

    @Setup
    public void decode() {
        ByteBuf in = Input.of(
                switch (command) {
                    case "GET" -> Input.command("GET", "key:000000012345");
                    case "ZUNIONSTORE" -> Input.command("ZUNIONSTORE", "{a}1", "2", "{a}2", "{a}3");
                    default -> Input.command("EVAL", "return 1", "2", "{a}1", "{a}2", "argument");
                });
        decoder.decode(in);
    }

    @Benchmark
    public int slot() {
        CommandFrame frame = decoder.frame();
        Command found = table.find(frame);
        if (found == null || !found.arityMatches(frame.argumentCount()) || found.policyOf(frame) == Policy.REFUSE) {
            throw new IllegalStateException(command + " is not forwarded");
        }
        return Keys.slotOf(found, frame);
    }
}
