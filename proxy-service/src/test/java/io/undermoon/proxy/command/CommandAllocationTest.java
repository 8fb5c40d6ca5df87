package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.undermoon.proxy.frame.CommandFrame;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Finding a command and the slot of its keys is on the path of every command and allocates nothing. */
class CommandAllocationTest {
    private static final int WARM_UP = 2_000;
    private static final int ROUNDS = 10_000;
    /** What the counter itself may cost; an allocation per round would come to more than 100,000 bytes. */
    private static final long NOISE_BYTES = 10_000;

    private final CommandTable table = CommandTable.load();

    @Test
    void finding_commands_and_keys_allocates_nothing() {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "the JVM counts allocations");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CommandFrame[] frames = {
            Frames.ofWords("get key"),
            Frames.ofWords("MSET {a}1 v {a}2 v"),
            Frames.ofWords("EVAL script 2 {a}1 {a}2 x"),
            Frames.ofWords("XREAD COUNT 5 STREAMS {a}1 {a}2 0 0"),
            Frames.ofWords("OBJECT ENCODING key"),
            Frames.ofWords("SORT a BY {a}* STORE {a}"),
            Frames.ofWords("GEORADIUS a 1 2 3 m STORE {a}"),
            Frames.ofWords("nothing at all")
        };
        route(frames, WARM_UP);
        long before = threads.getCurrentThreadAllocatedBytes();
        int sum = route(frames, ROUNDS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sum).isNotZero();
        assertThat(allocated).isLessThan(NOISE_BYTES);
    }

    private int route(CommandFrame[] frames, int rounds) {
        int sum = 0;
        for (int i = 0; i < rounds; i++) {
            for (CommandFrame frame : frames) {
                Command command = table.find(frame);
                if (command != null && command.isContainer()) {
                    command = command.findSub(frame);
                }
                if (command != null && command.policyOf(frame) == Policy.FORWARD) {
                    sum += Keys.slotOf(command, frame);
                }
            }
        }
        return sum;
    }
}
