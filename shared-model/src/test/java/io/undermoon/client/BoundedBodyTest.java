package io.undermoon.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {
    @Test
    void collects_up_to_the_limit_and_refuses_more() {
        BoundedBody body = new BoundedBody(5);
        body.onNext(List.of(ByteBuffer.wrap(new byte[2]), ByteBuffer.wrap(new byte[3])));
        body.onComplete();
        assertThat(body.getBody().toCompletableFuture().join()).hasSize(5);

        AtomicBoolean cancelled = new AtomicBoolean();
        BoundedBody full = new BoundedBody(5);
        full.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {
                cancelled.set(true);
            }
        });
        full.onNext(List.of(ByteBuffer.wrap(new byte[6])));
        assertThat(full.getBody().toCompletableFuture()).isCompletedExceptionally();
        assertThat(cancelled).isTrue();
    }
}
