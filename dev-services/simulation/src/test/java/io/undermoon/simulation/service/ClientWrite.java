package io.undermoon.simulation.service;

import java.util.function.Consumer;

/**
 * A write of a client at a proxy.
 *
 * @param version higher than that of any write to the key before
 * @param answers takes the reply
 */
public record ClientWrite(int key, int slot, long version, Consumer<String> answers) {
    void answer(String reply) {
        answers.accept(reply);
    }
}
