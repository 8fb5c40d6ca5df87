package io.undermoon.testsupport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultRunTest {
    private static final String ROOT = "io.undermoon.testsupport.faults";
    private static final String TESTS = " -> FaultRunTest$Checks";

    /** What faults are planted into. */
    static final class Account {
        private long balance = 100;

        boolean covers(long amount) {
            return balance >= amount;
        }

        void withdraw(long amount) {
            if (covers(amount)) {
                balance -= amount;
                audit(amount, "withdrawal");
            }
        }

        private int audit(long amount, String reason) {
            balance += 0 * (amount + reason.length());
            return 1;
        }

        long balance() {
            return balance;
        }
    }

    /** The tests that have to notice them; the name keeps the build from running them by themselves. */
    static final class Checks {
        @Test
        void an_account_is_not_overdrawn() {
            Account account = new Account();
            account.withdraw(150);
            assertThat(account.balance()).isEqualTo(100);
        }

        @Test
        void money_is_withdrawn() {
            Account account = new Account();
            account.withdraw(40);
            assertThat(account.balance()).isEqualTo(60);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FaultRunTest$Account#covers returns true -> FaultRunTest$Checks#an_account_is_not_overdrawn",
                "FaultRunTest$Account#covers returns false -> FaultRunTest$Checks#money_is_withdrawn",
                "FaultRunTest$Account#balance returns 7" + TESTS,
                "FaultRunTest$Account#withdraw does nothing" + TESTS,
                "FaultRunTest$Account#withdraw omits Account.covers" + TESTS
            })
    void a_fault_that_a_test_notices(String line) {
        FaultRun.assertNoticed(PlantedFault.parse(ROOT, line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FaultRunTest$Account#covers returns true -> FaultRunTest$Checks#money_is_withdrawn",
                "FaultRunTest$Account#withdraw omits Account.audit" + TESTS
            })
    void a_fault_that_no_test_notices(String line) {
        assertThatThrownBy(() -> FaultRun.assertNoticed(PlantedFault.parse(ROOT, line)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("not noticed by ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FaultRunTest$Account#gone returns true" + TESTS,
                "FaultRunTest$Account#withdraw omits Account.gone" + TESTS,
                "FaultRunTest$Gone#covers returns true" + TESTS,
                "FaultRunTest$Account#covers returns true -> FaultRunTest$Checks#gone"
            })
    void a_line_that_is_out_of_date_fails(String line) {
        PlantedFault fault = PlantedFault.parse(ROOT, line);
        assertThatThrownBy(() -> FaultRun.assertNoticed(fault))
                .hasMessageNotContaining("not noticed")
                .satisfies(problem -> assertThat(problem.getMessage()).containsAnyOf("no such", "cannot be planted"));
    }

    @Test
    void a_line_of_another_form_is_refused() {
        assertThatThrownBy(() -> PlantedFault.parse(ROOT, "Account covers returns true"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<class>#<method>");
    }
}
