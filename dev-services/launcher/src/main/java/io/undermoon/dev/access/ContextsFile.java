package io.undermoon.dev.access;

import io.undermoon.dev.os.FileErrors;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;

/**
 * The file of contexts in YAML.
 *
 * <pre>
 * current: prod
 * contexts:
 *   prod:
 *     brokers: [https://10.0.0.1:7799, https://10.0.0.2:7799]
 *     token_file: prod.token
 * </pre>
 *
 * Names of files in it are relative to its directory.
 */
public final class ContextsFile {
    private static final String CURRENT = "current";
    private static final String CONTEXTS = "contexts";
    private static final String BROKERS = "brokers";

    private final Path file;

    public ContextsFile(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    /** {@code UNDERMOON_CONTEXTS}, else {@code undermoon/contexts.yaml} where the user's configuration is. */
    public static ContextsFile ofUser(Map<String, String> environment) {
        String named = environment.getOrDefault("UNDERMOON_CONTEXTS", "");
        if (!named.isEmpty()) {
            return new ContextsFile(Path.of(named));
        }
        String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "")));
        return new ContextsFile((configured.isEmpty() ? home.resolve(".config") : Path.of(configured))
                .resolve("undermoon")
                .resolve("contexts.yaml"));
    }

    public Path path() {
        return file;
    }

    /**
     * What is in it; nothing if there is no file.
     *
     * @throws LaunchException it cannot be read; the message names the file and what is wrong
     */
    public Contexts load() {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return Contexts.NONE;
        } catch (IOException e) {
            throw new LaunchException("the contexts file " + file + " cannot be read: " + FileErrors.reason(e), e);
        }
        try {
            return parse(new Yaml(new SafeConstructor(new LoaderOptions())).load(text));
        } catch (YAMLException | IllegalArgumentException e) {
            throw new LaunchException("the contexts file " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private Contexts parse(@Nullable Object document) {
        if (document == null) {
            return Contexts.NONE;
        }
        Map<String, Object> root = map("the file", document);
        Map<String, Context> all = new TreeMap<>();
        for (Map.Entry<String, Object> member : root.entrySet()) {
            if (member.getKey().equals(CONTEXTS)) {
                map(CONTEXTS, member.getValue()).forEach((name, context) -> all.put(name, context(name, context)));
            } else if (!member.getKey().equals(CURRENT)) {
                throw new IllegalArgumentException(
                        "'" + member.getKey() + "' is not known; expected " + CURRENT + " and " + CONTEXTS);
            }
        }
        Object current = root.get(CURRENT);
        return new Contexts(current == null ? null : current.toString(), all);
    }

    private Context context(String name, Object value) {
        try {
            List<String> brokers = new ArrayList<>();
            Map<Setting, String> settings = new TreeMap<>();
            map("it", value).forEach((key, member) -> {
                if (key.equals(BROKERS)) {
                    brokers.addAll(texts(member));
                } else {
                    Setting setting = Setting.of(key);
                    String text = String.join(",", texts(member));
                    settings.put(setting, setting.kind() == Setting.Kind.FILE ? absolute(text) : text);
                }
            });
            return new Context(brokers, settings);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("context '" + name + "': " + e.getMessage(), e);
        }
    }

    private String absolute(String name) {
        Path directory = file.getParent();
        return directory == null ? name : directory.resolve(name).normalize().toString();
    }

    private static List<String> texts(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        return List.of(String.valueOf(value));
    }

    private static Map<String, Object> map(String name, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(name + " is not a mapping of names to values");
        }
        Map<String, Object> typed = new LinkedHashMap<>();
        map.forEach((key, member) -> {
            if (member == null) {
                throw new IllegalArgumentException("'" + key + "' has no value");
            }
            typed.put(String.valueOf(key), member);
        });
        return typed;
    }

    /** Replaces the file at once: a reader sees the old or the new content. */
    public void save(Contexts contexts) {
        Map<String, Object> root = new LinkedHashMap<>();
        if (contexts.current() != null) {
            root.put(CURRENT, contexts.current());
        }
        Map<String, Object> all = new LinkedHashMap<>();
        contexts.all().forEach((name, context) -> {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put(BROKERS, context.brokers());
            context.settings()
                    .forEach((setting, value) -> members.put(
                            setting.key(),
                            setting.kind() == Setting.Kind.FLAG ? (Object) Boolean.valueOf(value) : value));
            all.put(name, members);
        });
        root.put(CONTEXTS, all);
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        try {
            Path directory = file.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.writeString(partial, new Yaml(new Representer(options), options).dump(root));
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LaunchException("the contexts file " + file + " cannot be written: " + FileErrors.reason(e), e);
        }
    }
}
