package io.undermoon.proxy.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class UserRulesTest {
    private static final CommandTable TABLE = CommandTable.load();
    private static final String HASH_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

    private final AccessControl access = new AccessControl(TABLE, null, List.of());

    private User user(String rules) throws RuleException {
        access.set("u", List.of("reset"));
        access.set("u", List.of(rules.split(" ")));
        return Objects.requireNonNull(access.find("u"));
    }

    private static String verdict(User user, String command) {
        CommandFrame frame = CommandFrame.of(List.of(command.split(" ")));
        Command found = Objects.requireNonNull(TABLE.find(frame));
        if (found.isContainer()) {
            found = Objects.requireNonNull(found.findSub(frame));
        }
        Denial denial = user.denial(found, frame);
        return denial == null ? "allowed" : denial.reason() + " " + denial.argument();
    }

    @Test
    void the_default_user_may_everything() {
        User user = access.defaultAccount().user();
        assertThat(user.isRestricted()).isFalse();
        assertThat(user).hasToString("user default on nopass ~* &* +@all");
        assertThat(access.isOpen()).isTrue();
    }

    @Test
    void a_new_user_may_nothing_but_log_in() throws RuleException {
        User user = user("on");
        assertThat(verdict(user, "GET k")).isEqualTo("COMMAND 0");
        assertThat(verdict(user, "AUTH a b")).isEqualTo("allowed");
        assertThat(verdict(user, "PING")).isEqualTo("COMMAND 0");
    }

    @Test
    void keys_are_allowed_by_pattern_and_by_what_is_done_with_them() throws RuleException {
        User user = user("+@all ~both:* %R~read:* %W~write:*");
        assertThat(verdict(user, "GET read:1")).isEqualTo("allowed");
        assertThat(verdict(user, "SET read:1 v")).isEqualTo("KEY 1");
        assertThat(verdict(user, "SET write:1 v")).isEqualTo("allowed");
        assertThat(verdict(user, "SET write:1 v GET")).isEqualTo("KEY 1");
        assertThat(verdict(user, "COPY read:1 write:1")).isEqualTo("allowed");
        assertThat(verdict(user, "COPY write:1 read:1")).isEqualTo("KEY 1");
        assertThat(verdict(user, "MGET read:1 both:1 other")).isEqualTo("KEY 3");
        assertThat(verdict(user, "EXISTS write:1")).isEqualTo("allowed");
        assertThat(verdict(user, "SORT read:1 STORE read:2")).isEqualTo("KEY 3");
        assertThat(verdict(user, "EVAL x 1 read:1")).isEqualTo("KEY 3");
        assertThat(verdict(user, "EVAL x 0")).isEqualTo("allowed");
        assertThat(verdict(user, "ZUNION 5 read:1 read:2")).isEqualTo("KEY 0");
    }

    @Test
    void one_selector_has_to_allow_all_of_a_command() throws RuleException {
        User user = user("+get ~a (+set ~b) (+mget ~a ~b)");
        assertThat(verdict(user, "GET a")).isEqualTo("allowed");
        assertThat(verdict(user, "GET b")).isEqualTo("KEY 1");
        assertThat(verdict(user, "SET b v")).isEqualTo("allowed");
        assertThat(verdict(user, "MGET a b")).isEqualTo("allowed");
        assertThat(verdict(user, "DEL a")).isEqualTo("COMMAND 0");
        assertThat(user("+get ~a (+@all allkeys allchannels)").isRestricted()).isFalse();
    }

    @Test
    void channels_match_and_patterns_are_taken_literally() throws RuleException {
        User user = user("+@pubsub &news.* &x");
        assertThat(verdict(user, "SUBSCRIBE news.1 x")).isEqualTo("allowed");
        assertThat(verdict(user, "SUBSCRIBE news.1 y")).isEqualTo("CHANNEL 2");
        assertThat(verdict(user, "PSUBSCRIBE news.*")).isEqualTo("allowed");
        assertThat(verdict(user, "PSUBSCRIBE news.1*")).isEqualTo("CHANNEL 1");
        assertThat(verdict(user, "PUBLISH y news.1")).isEqualTo("CHANNEL 1");
        assertThat(verdict(user, "SPUBLISH x m")).isEqualTo("allowed");
        assertThat(verdict(user, "UNSUBSCRIBE y")).isEqualTo("allowed");
    }

    @Test
    void commands_come_and_go_with_sub_commands_and_categories() throws RuleException {
        User user = user("+@all -@admin +config|get -client +client|id +select|0 -debug allkeys");
        assertThat(verdict(user, "CONFIG GET a")).isEqualTo("allowed");
        assertThat(verdict(user, "CONFIG SET a b")).isEqualTo("COMMAND 0");
        assertThat(verdict(user, "CLIENT ID")).isEqualTo("allowed");
        assertThat(verdict(user, "CLIENT INFO")).isEqualTo("COMMAND 0");
        assertThat(verdict(user, "GET k")).isEqualTo("allowed");
        User first = user("+select|0 allkeys");
        assertThat(verdict(first, "SELECT 0")).isEqualTo("allowed");
        assertThat(verdict(first, "SELECT 1")).isEqualTo("COMMAND 0");
        assertThat(verdict(user("+@all -get ~*"), "GET k")).isEqualTo("COMMAND 0");
    }

    @Test
    void passwords_are_kept_as_hashes_and_compared() throws RuleException {
        access.set("u", List.of("on", ">x", "#" + HASH_OF_X, ">y"));
        assertThat(Objects.requireNonNull(access.find("u")).passwords())
                .hasSize(2)
                .contains(HASH_OF_X);
        assertThat(access.login("u", "x".getBytes(StandardCharsets.UTF_8))).isNotNull();
        assertThat(access.login("u", "z".getBytes(StandardCharsets.UTF_8))).isNull();
        access.set("u", List.of("<x"));
        assertThat(access.login("u", "x".getBytes(StandardCharsets.UTF_8))).isNull();
        access.set("u", List.of("off"));
        assertThat(access.login("u", "y".getBytes(StandardCharsets.UTF_8))).isNull();
        assertThat(access.login("nobody", "y".getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void what_is_wrong_changes_nothing() throws RuleException {
        access.set("u", List.of("on", "+get"));
        for (List<String> rules : List.of(
                List.of("+set", "bogus"),
                List.of("+set", "+nosuch"),
                List.of("+set", "+@nosuch"),
                List.of("+set", "%Q~a"),
                List.of("+set", "%~a"),
                List.of("+set", "#12"),
                List.of("+set", "<none"),
                List.of("+set", "(+get"),
                List.of("+set", "allkeys", "~a"),
                List.of("+set", "+config|get|a"))) {
            assertThatThrownBy(() -> access.set("u", rules))
                    .as(rules.toString())
                    .isInstanceOf(RuleException.class);
            assertThat(access.find("u")).hasToString("user u on resetchannels -@all +get");
        }
        assertThatThrownBy(() -> access.set(AccessControl.CONTROL_USER, List.of("on")))
                .hasMessageContaining("reserved");
    }

    @Test
    void text_that_is_written_is_read_again() throws RuleException {
        user("on >x nopass >y ~a* %R~b &c +@read -get +client|id +select|0 (~d +@write -@dangerous)");
        String text = access.text();
        AccessControl other = new AccessControl(TABLE, null, List.of());
        other.replace(text, "users");
        assertThat(other.text()).isEqualTo(text);
        assertThat(text)
                .endsWith("user u on sanitize-payload #" + Passwords.hash("y".getBytes(StandardCharsets.UTF_8))
                        + " ~a* %R~b resetchannels &c -@all +@read -get +client|id +select|0"
                        + " (~d resetchannels -@all +@write -@dangerous)\n");
    }

    @Test
    void a_file_replaces_all_users_or_none() throws RuleException {
        access.set("gone", List.of("on"));
        Account gone = Objects.requireNonNull(access.login("default", new byte[0]));
        access.replace("\nuser a on nopass +get ~*\n\n  user b off\r\n", "users");
        assertThat(access.users()).extracting(User::name).containsExactly("a", "b", "default");
        assertThat(gone.isDeleted()).isFalse();
        Account account = Objects.requireNonNull(access.login("a", new byte[0]));
        assertThatThrownBy(() -> access.replace("user a on +foo\nnonsense\nuser c\nuser c >p <q", "users.acl"))
                .hasMessage("users.acl:1: '+foo': Unknown command or category name in ACL; "
                        + "users.acl:2: expected 'user <name> <rule> ...'; users.acl:4: user 'c' is there twice");
        assertThat(account.user().name()).isEqualTo("a");
        access.replace("user default off", "users");
        assertThat(account.isDeleted()).isTrue();
        assertThat(account.user().isRestricted()).isTrue();
        assertThat(access.isOpen()).isFalse();
    }

    @Test
    void control_needs_its_secret_once_there_is_one() {
        assertThat(access.defaultAccount().mayControl()).isTrue();
        AccessControl guarded = new AccessControl(TABLE, null, List.of("s3cret"));
        assertThat(guarded.defaultAccount().mayControl()).isFalse();
        assertThat(guarded.login(AccessControl.CONTROL_USER, "guess".getBytes(StandardCharsets.UTF_8)))
                .isNull();
        Account control = guarded.login(AccessControl.CONTROL_USER, "s3cret".getBytes(StandardCharsets.UTF_8));
        assertThat(Objects.requireNonNull(control).mayControl()).isTrue();
        assertThat(guarded.users()).extracting(User::name).containsExactly("default");
        assertThat(access.login(AccessControl.CONTROL_USER, new byte[0])).isNull();
    }
}
