package io.undermoon.operator.objects;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Secret with what services prove to each other, to the broker and to the Redis nodes. It is made once, and
 * replaced on demand in steps, after each of which all pods are made anew. Pods of two successive steps understand each
 * other:
 *
 * <pre>
 * settled   use the present secrets
 * accept    use the present secrets, accept the next ones
 * use       use the next secrets, accept the former ones
 * settled   use the next secrets
 * </pre>
 */
public final class Access {
    /** The account of coordinators and proxies. */
    public static final String SERVICES_TOKEN = "token";

    /** The account of the operator. */
    public static final String ADMIN_TOKEN = "admin-token";

    public static final String ACCOUNTS = "accounts";
    public static final String CONTROL_SECRET = "control-secret";
    /** Of the Redis nodes; clusters that an earlier version made have none. */
    public static final String REDIS_PASSWORD = "redis-password";

    static final String ACCEPTED_CONTROL_SECRET = "accepted-control-secret";
    static final String ACCEPTED_REDIS_PASSWORD = "accepted-redis-password";

    private static final String NEXT_SERVICES_TOKEN = "next-token";
    private static final String NEXT_ADMIN_TOKEN = "next-admin-token";
    private static final String ROTATION = "rotation";
    private static final String PHASE = "phase";
    private static final int BYTES = 32;

    /** What is known of a cluster whose Secret has not been made yet. */
    public static final Access NONE = new Access(Map.of());

    /** The step in which the secrets are. */
    public enum Phase {
        SETTLED,
        ACCEPT,
        USE
    }

    private final Map<String, String> values;

    private Access(Map<String, String> values) {
        this.values = new TreeMap<>(values);
    }

    /** Those of a Secret. */
    public static Access of(Map<String, String> values) {
        return new Access(values);
    }

    /**
     * New ones.
     *
     * @param rotation the name of the wish that they answer to; null if there is none
     */
    public static Access generated(SecureRandom random, @Nullable String rotation) {
        Access access = NONE.with(SERVICES_TOKEN, secret(random))
                .with(ADMIN_TOKEN, secret(random))
                .with(CONTROL_SECRET, secret(random))
                .with(REDIS_PASSWORD, secret(random))
                .with(ROTATION, rotation);
        return access.with(ACCOUNTS, access.accounts());
    }

    /** Everything in the Secret. */
    public Map<String, String> values() {
        return Map.copyOf(values);
    }

    public Phase phase() {
        String phase = values.get(PHASE);
        return phase == null ? Phase.SETTLED : Phase.valueOf(phase);
    }

    /** The name of the wish that these secrets answer to, or are on their way to; empty if there never was one. */
    public String rotation() {
        return values.getOrDefault(ROTATION, "");
    }

    /** What differs between the pods of two steps; empty for secrets that were never replaced. */
    Optional<String> revision() {
        return rotation().isEmpty()
                ? Optional.empty()
                : Optional.of(Digest.of(
                        String.join("\n", rotation(), phase().name(), values.getOrDefault(CONTROL_SECRET, ""))));
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** The hashes of the passwords that Redis nodes accept; none if they need none. */
    List<String> redisHashes() {
        List<String> hashes = new ArrayList<>();
        for (String key : List.of(REDIS_PASSWORD, ACCEPTED_REDIS_PASSWORD)) {
            if (has(key)) {
                hashes.add(Digest.of(Objects.requireNonNull(values.get(key))));
            }
        }
        return hashes;
    }

    /**
     * The next step; to be taken when all pods are of the present one.
     *
     * @param wanted the name of the wish, if this is the first step
     */
    public Access next(String wanted, SecureRandom random) {
        return switch (phase()) {
            case SETTLED -> accepting(generated(random, wanted));
            case ACCEPT -> using();
            case USE -> settled();
        };
    }

    private Access accepting(Access next) {
        return with(PHASE, Phase.ACCEPT.name())
                .with(ROTATION, next.rotation())
                .with(ACCEPTED_CONTROL_SECRET, next.values.get(CONTROL_SECRET))
                .with(ACCEPTED_REDIS_PASSWORD, has(REDIS_PASSWORD) ? next.values.get(REDIS_PASSWORD) : null)
                .with(NEXT_SERVICES_TOKEN, next.values.get(SERVICES_TOKEN))
                .with(NEXT_ADMIN_TOKEN, next.values.get(ADMIN_TOKEN))
                .with(ACCOUNTS, accounts() + next.accounts());
    }

    private Access using() {
        return with(PHASE, Phase.USE.name())
                .with(CONTROL_SECRET, values.get(ACCEPTED_CONTROL_SECRET))
                .with(ACCEPTED_CONTROL_SECRET, values.get(CONTROL_SECRET))
                .with(REDIS_PASSWORD, values.get(ACCEPTED_REDIS_PASSWORD))
                .with(ACCEPTED_REDIS_PASSWORD, values.get(REDIS_PASSWORD))
                .with(SERVICES_TOKEN, values.get(NEXT_SERVICES_TOKEN))
                .with(ADMIN_TOKEN, values.get(NEXT_ADMIN_TOKEN))
                .with(NEXT_SERVICES_TOKEN, null)
                .with(NEXT_ADMIN_TOKEN, null);
    }

    private Access settled() {
        return with(PHASE, null)
                .with(ACCEPTED_CONTROL_SECRET, null)
                .with(ACCEPTED_REDIS_PASSWORD, null)
                .with(ACCOUNTS, accounts());
    }

    /** The lines of the present tokens. */
    private String accounts() {
        return "services operator #" + Digest.of(values.getOrDefault(SERVICES_TOKEN, "")) + "\noperator admin #"
                + Digest.of(values.getOrDefault(ADMIN_TOKEN, "")) + "\n";
    }

    private Access with(String key, @Nullable String value) {
        Map<String, String> changed = new TreeMap<>(values);
        if (value == null) {
            changed.remove(key);
        } else {
            changed.put(key, value);
        }
        return new Access(changed);
    }

    private static String secret(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
