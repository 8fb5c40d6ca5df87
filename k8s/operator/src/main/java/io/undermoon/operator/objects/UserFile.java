package io.undermoon.operator.objects;

import io.undermoon.operator.api.SecretKey;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonUser;
import io.undermoon.operator.api.UndermoonUserSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The file of users of a cluster, made of its UndermoonUsers and their Secrets. All of it is one value in one Secret,
 * so passwords and rules that change together arrive together. A user whose Secret is missing keeps the line it has.
 *
 * @param text the whole file
 * @param lines the line of each user, by its name
 * @param problems why a user does not have the line that it should have, by the name of its resource
 */
public record UserFile(String text, Map<String, String> lines, Map<String, String> problems) {
    /** The key in the Secret. */
    public static final String KEY = "users.acl";

    private static final String DEFAULT = "default";

    public UserFile {
        lines = Map.copyOf(lines);
        problems = Map.copyOf(problems);
    }

    /**
     * The file.
     *
     * @param secrets the value of a key of a Secret, if there is one
     * @param before the file as it is, empty if there is none
     */
    public static UserFile of(
            UndermoonClusterSpec spec,
            List<UndermoonUser> users,
            Function<SecretKey, Optional<String>> secrets,
            String before) {
        Map<String, String> known = parsed(before);
        Map<String, String> lines = new TreeMap<>();
        Map<String, String> problems = new TreeMap<>();
        List<UndermoonUser> sorted = new ArrayList<>(users);
        sorted.sort(Comparator.comparing(user -> user.getMetadata().getName()));
        Map<String, String> owners = new TreeMap<>();
        for (UndermoonUser user : sorted) {
            String resource = user.getMetadata().getName();
            String name = nameOf(user);
            String owner = owners.putIfAbsent(name, resource);
            if (owner != null) {
                problems.put(resource, "UndermoonUser '" + owner + "' is for the user '" + name + "' already");
                continue;
            }
            Result result = line(name, user.getSpec(), secrets);
            result.problem().ifPresent(problem -> problems.put(resource, problem));
            Optional<String> line = result.line().or(() -> Optional.ofNullable(known.get(name)));
            line.ifPresent(value -> lines.put(name, value));
        }
        Optional<String> anybody = defaultLine(spec, secrets, known, problems);
        StringBuilder text = new StringBuilder();
        lines.values().forEach(line -> text.append(line).append('\n'));
        anybody.ifPresent(line -> text.append(line).append('\n'));
        return new UserFile(text.toString(), lines, problems);
    }

    public static String nameOf(UndermoonUser user) {
        String name = user.getSpec().user;
        return name == null ? user.getMetadata().getName() : name;
    }

    private record Result(Optional<String> line, Optional<String> problem) {}

    private static Result line(String name, UndermoonUserSpec spec, Function<SecretKey, Optional<String>> secrets) {
        StringBuilder line = new StringBuilder("user ").append(name).append(spec.enabled ? " on" : " off");
        for (SecretKey key : spec.passwords) {
            Optional<String> password = secrets.apply(key).filter(value -> !value.isEmpty());
            if (password.isEmpty()) {
                return new Result(
                        Optional.empty(),
                        Optional.of("Secret '" + key.name + "' has no value under the key '" + key.key + "'"));
            }
            line.append(" #").append(Digest.of(password.get()));
        }
        if (!spec.rules.isBlank()) {
            line.append(' ').append(spec.rules.strip());
        }
        limit(line, "commands", spec.limits.commands);
        limit(line, "bytes", spec.limits.bytes);
        limit(line, "connections", spec.limits.connections);
        return new Result(Optional.of(line.toString()), Optional.empty());
    }

    private static void limit(StringBuilder line, String name, long value) {
        if (value > 0) {
            line.append(" limit-").append(name).append('=').append(value);
        }
    }

    /** A missing Secret closes nothing that is open and opens nothing. */
    private static Optional<String> defaultLine(
            UndermoonClusterSpec spec,
            Function<SecretKey, Optional<String>> secrets,
            Map<String, String> known,
            Map<String, String> problems) {
        SecretKey key = spec.auth.passwordSecret;
        if (key == null) {
            return spec.auth.anonymous
                    ? Optional.of("user default on nopass ~* &* +@all")
                    : Optional.of("user default off");
        }
        Optional<String> password = secrets.apply(key).filter(value -> !value.isEmpty());
        if (password.isEmpty()) {
            problems.put("", "Secret '" + key.name + "' of spec.auth has no value under the key '" + key.key + "'");
            return Optional.of(known.getOrDefault(DEFAULT, "user default off"));
        }
        return Optional.of("user default on #" + Digest.of(password.get()) + " ~* &* +@all");
    }

    private static Map<String, String> parsed(String file) {
        Map<String, String> lines = new TreeMap<>();
        file.lines().forEach(line -> {
            String[] words = line.split(" ", 3);
            if (words.length == 3 && words[0].equals("user")) {
                lines.put(words[1], line);
            }
        });
        return lines;
    }
}
