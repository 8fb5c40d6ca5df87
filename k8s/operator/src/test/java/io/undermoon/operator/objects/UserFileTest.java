package io.undermoon.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.operator.api.SecretKey;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonUser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The file of users. */
class UserFileTest {
    private final Map<String, String> secrets = new HashMap<>();
    private final UndermoonClusterSpec spec = new UndermoonClusterSpec();

    private static UndermoonUser user(String name, String secret, String rules) {
        UndermoonUser user = new UndermoonUser();
        user.getMetadata().setName(name);
        user.getSpec().cluster = "orders";
        user.getSpec().passwords.add(new SecretKey(secret, "password"));
        user.getSpec().rules = rules;
        return user;
    }

    private UserFile file(String before, UndermoonUser... users) {
        return UserFile.of(spec, List.of(users), key -> Optional.ofNullable(secrets.get(key.name)), before);
    }

    @Test
    void has_hashes_rules_and_limits_of_each_user() {
        secrets.put("a", "secret");
        UndermoonUser shop = user("shop", "a", "~cart:* +@all -@dangerous");
        shop.getSpec().limits.commands = 1000;
        assertThat(file("", shop).text())
                .isEqualTo("user shop on #" + Digest.of("secret")
                        + " ~cart:* +@all -@dangerous limit-commands=1000\nuser default off\n");
    }

    @Test
    void a_password_and_rules_that_change_together_arrive_together() {
        secrets.put("a", "first");
        String before = file("", user("shop", "a", "~a:* +get")).text();
        // The resource names a Secret that is not there yet: the user stays as it is, rules included.
        UndermoonUser changed = user("shop", "b", "~b:* +set");
        UserFile waiting = file(before, changed);
        assertThat(waiting.text()).isEqualTo(before);
        assertThat(waiting.problems())
                .containsExactly(Map.entry("shop", "Secret 'b' has no value under the key 'password'"));
        secrets.put("b", "second");
        UserFile done = file(before, changed);
        assertThat(done.text()).startsWith("user shop on #" + Digest.of("second") + " ~b:* +set\n");
        assertThat(done.problems()).isEmpty();
    }

    @Test
    void a_new_user_without_a_password_is_not_let_in() {
        assertThat(file("", user("shop", "a", "~* +@all")).text()).isEqualTo("user default off\n");
    }

    @Test
    void a_user_that_is_deleted_is_not_kept() {
        secrets.put("a", "first");
        String before = file("", user("shop", "a", "+get")).text();
        assertThat(file(before).text()).isEqualTo("user default off\n");
    }

    @Test
    void two_resources_do_not_share_a_user() {
        secrets.put("a", "first");
        secrets.put("b", "second");
        UndermoonUser other = user("zz", "b", "+@all");
        other.getSpec().user = "shop";
        UserFile file = file("", other, user("shop", "a", "+get"));
        assertThat(file.lines().get("shop")).contains(Digest.of("first"));
        assertThat(file.problems()).containsOnlyKeys("zz");
    }

    @Test
    void the_default_user_has_the_password_of_the_cluster_or_none_at_all() {
        assertThat(file("").text()).isEqualTo("user default off\n");
        spec.auth.anonymous = true;
        assertThat(file("").text()).isEqualTo("user default on nopass ~* &* +@all\n");
        spec.auth.anonymous = false;
        spec.auth.passwordSecret = new SecretKey("a", "password");
        assertThat(file("").text()).isEqualTo("user default off\n");
        assertThat(file("").problems()).containsOnlyKeys("");
        secrets.put("a", "secret");
        String text = file("").text();
        assertThat(text).isEqualTo("user default on #" + Digest.of("secret") + " ~* &* +@all\n");
        secrets.clear();
        assertThat(file(text).text()).isEqualTo(text);
    }
}
