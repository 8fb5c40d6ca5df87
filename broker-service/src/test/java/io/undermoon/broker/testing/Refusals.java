package io.undermoon.broker.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Checks that something is refused, and why. */
public final class Refusals {
    private Refusals() {}

    public static void refuses(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.type(UndermoonException.class))
                .extracting(UndermoonException::code)
                .isEqualTo(code);
    }
}
