package io.undermoon.testsupport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultRunTest {
    private static final String ROOT = "io.undermoon.testsupport.faults";
    private static final String TESTS = " -> FaultRunTest$Checks";

    /** What faults are planted into. */
    static final class Account {
        static final Long BONUS = 1L;
        static final Long NOTHING = 0L;

        private long balance = 100;

        boolean covers(long amount) {
            return balance >= amount;
        }

        void withdraw(long amount) {
            BooleanSupplier permitted = () -> covers(amount);
            if (permitted.getAsBoolean()) {
                balance -= amount;
                audit(amount, "withdrawal");
            }
        }

        private int audit(long amount, String reason) {
            balance += 0 * (amount + reason.length());
            return 1;
        }

        Account withBonus() {
            Account richer = new Account();
            richer.balance = balance + BONUS;
            return richer;
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

        @Test
        void a_bonus_is_paid_twice() {
            Account account = new Account().withBonus().withBonus();
            assertThat(account.balance()).isEqualTo(102);
        }

        @ParameterizedTest
        @ValueSource(longs = {40, 150})
        void no_more_is_withdrawn_than_there_is(long amount) {
            Account account = new Account();
            account.withdraw(amount);
            assertThat(account.balance()).isNotNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FaultRunTest$Account#covers returns true -> FaultRunTest$Checks#an_account_is_not_overdrawn",
                "FaultRunTest$Account#covers returns false -> FaultRunTest$Checks#money_is_withdrawn",
                "FaultRunTest$Account#balance returns 7" + TESTS,
                "FaultRunTest$Account#withdraw does nothing" + TESTS,
                "FaultRunTest$Account#withdraw omits Account.covers" + TESTS,
                "FaultRunTest$Account#withdraw omits Account.covers as true" + TESTS,
                "FaultRunTest$Checks#a_bonus_is_paid_twice omits Account.withBonus" + TESTS + "#a_bonus_is_paid_twice",
                "FaultRunTest$Account#withBonus takes Account.NOTHING for BONUS" + TESTS,
                "FaultRunTest$Account#covers returns true" + TESTS + "#no_more_is_withdrawn_than_there_is",
                "FaultRunTest$Account#covers returns true" + TESTS + "#no_more_is_withdrawn_than_there_is[2]"
            })
    void a_fault_that_a_test_notices(String line) {
        FaultRun.assertNoticed(PlantedFault.parse(ROOT, line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FaultRunTest$Account#covers returns true -> FaultRunTest$Checks#money_is_withdrawn",
                "FaultRunTest$Account#withdraw omits Account.audit" + TESTS,
                "FaultRunTest$Account#covers returns true" + TESTS + "#no_more_is_withdrawn_than_there_is[1]"
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
                "FaultRunTest$Account#withdraw takes Account.NOTHING for BONUS" + TESTS,
                "FaultRunTest$Gone#covers returns true" + TESTS,
                "FaultRunTest$Account#covers returns true -> FaultRunTest$Checks#gone",
                "FaultRunTest$Account#covers returns true" + TESTS + "#no_more_is_withdrawn_than_there_is[3]"
            })
    void a_line_that_is_out_of_date_fails(String line) {
        PlantedFault fault = PlantedFault.parse(ROOT, line);
        assertThatThrownBy(() -> FaultRun.assertNoticed(fault))
                .hasMessageNotContaining("not noticed")
                .satisfies(problem -> assertThat(problem.getMessage()).containsAnyOf("no such", "cannot be planted"));
    }

    @Test
    void a_list_may_have_remarks() {
        String line = "Account#covers returns true -> AccountTest#t[2]";
        assertThat(PlantedFault.parseAll(ROOT, "// remark\n\n" + line + "\n"))
                .containsExactly(PlantedFault.parse(ROOT, line));
    }

    @Test
    void a_line_of_another_form_is_refused() {
        assertThatThrownBy(() -> PlantedFault.parse(ROOT, "Account covers returns true"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<class>#<method>");
    }
}
