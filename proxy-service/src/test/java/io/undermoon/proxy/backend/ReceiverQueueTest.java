package io.undermoon.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReceiverQueueTest {
    @Test
    void is_first_in_first_out_while_it_grows_and_wraps() {
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ReceiverQueue queue = new ReceiverQueue();
            ArrayDeque<ReplyReceiver> model = new ArrayDeque<>();
            for (int step = 0; step < 2000; step++) {
                if (random.nextInt(100) < 55) {
                    ReplyReceiver receiver = new Nobody();
                    queue.add(receiver);
                    model.add(receiver);
                } else {
                    assertThat(queue.peek()).as("seed %d step %d", seed, step).isSameAs(model.peek());
                    assertThat(queue.poll()).as("seed %d step %d", seed, step).isSameAs(model.poll());
                }
                assertThat(queue.size()).as("seed %d step %d", seed, step).isEqualTo(model.size());
            }
        }
    }

    private static final class Nobody implements ReplyReceiver {
        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {}

        @Override
        public void fail(BackendFailure failure) {}
    }
}
