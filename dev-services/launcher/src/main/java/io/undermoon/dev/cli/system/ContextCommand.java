package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.access.Context;
import io.undermoon.dev.access.Contexts;
import io.undermoon.dev.access.ContextsFile;
import io.undermoon.dev.access.Login;
import io.undermoon.dev.access.Setting;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon context}: the systems that commands can be for. */
@Command(
        name = "context",
        mixinStandardHelpOptions = true,
        description = "Lists, sets, uses and deletes contexts: the systems that commands can be for.",
        subcommands = {
            ContextCommand.Listing.class,
            ContextCommand.Use.class,
            ContextCommand.Set.class,
            ContextCommand.Delete.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = "%nThey are in $UNDERMOON_CONTEXTS, or in ~/.config/undermoon/contexts.yaml.")
public final class ContextCommand {
    private ContextCommand() {}

    private static ContextsFile file() {
        return ContextsFile.ofUser(System.getenv());
    }

    /** What the user has typed is checked against what the file has. */
    private static <T> T checked(Supplier<T> call) {
        try {
            return call.get();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** {@code undermoon context list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the contexts; the current one has a star. Files are named, secrets are not shown.")
    static final class Listing implements Callable<Integer> {
        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Contexts contexts = file().load();
            ArrayNode result = Calls.array();
            Table table =
                    new Table().column(" ").column("NAME").column("BROKERS").column("SETTINGS");
            contexts.all().forEach((name, context) -> {
                boolean current = name.equals(contexts.current());
                ObjectNode entry = result.addObject().put("name", name).put("current", current);
                ArrayNode brokers = entry.putArray("brokers");
                context.brokers().forEach(brokers::add);
                StringBuilder settings = new StringBuilder();
                context.settings().forEach((setting, value) -> {
                    entry.put(setting.key(), value);
                    settings.append(settings.isEmpty() ? "" : " ")
                            .append(setting.key())
                            .append('=')
                            .append(value);
                });
                table.row(current ? "*" : " ", name, String.join(", ", context.brokers()), settings);
            });
            output.show(result, () -> {
                if (table.isEmpty()) {
                    output.line("There is no context in " + file().path() + "; make one with 'undermoon context set'.");
                } else {
                    output.print(table);
                }
            });
            return 0;
        }
    }

    /** {@code undermoon context use}. */
    @Command(name = "use", mixinStandardHelpOptions = true, description = "Makes a context the current one.")
    static final class Use implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
        private String name = "";

        @Override
        public Integer call() {
            Contexts contexts = file().load();
            file().save(checked(() -> contexts.use(name)));
            System.out.println("Commands are for " + name + " from now on.");
            return 0;
        }
    }

    /** {@code undermoon context set}. */
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a context, or changes settings of one. The first one becomes the current one.",
                "A setting without a value is removed. Secrets are in files of their own, which are named here."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  undermoon context set prod --broker https://10.0.0.1:7799,https://10.0.0.2:7799 \\",
                "      token_file=prod.token ca_file=ca.pem control_secret_file=control.secret",
                "  undermoon context set prod user=alice password_file=alice.password token_file="
            })
    static final class Set implements Callable<Integer> {
        @Option(names = "--broker", paramLabel = "URL", split = ",", description = "Its brokers.")
        private List<String> brokers = List.of();

        @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
        private String name = "";

        @Parameters(
                index = "1..*",
                arity = "0..*",
                paramLabel = "SETTING=VALUE",
                description = "token_file, user, password_file, ca_file, cert_file, key_file, verify_hostname,"
                        + " control_secret_file, proxy_user, proxy_password_file, proxy_tls, node_user,"
                        + " node_password_file, node_tls, coordinators.")
        private List<String> settings = List.of();

        @Override
        public Integer call() {
            Contexts contexts = file().load();
            Context next = checked(() -> context(contexts.all().get(name)));
            Login login = new Login(next, System.getenv());
            login.brokers();
            login.proxies();
            Contexts changed = checked(() -> contexts.with(name, next));
            file().save(changed.all().size() == 1 ? changed.use(name) : changed);
            System.out.println("Context " + name + " is in " + file().path() + ".");
            return 0;
        }

        private Context context(@org.jspecify.annotations.Nullable Context present) {
            Map<Setting, String> all = new TreeMap<>(present == null ? Map.of() : present.settings());
            for (String text : settings) {
                int equals = text.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("'" + text + "' is not SETTING=VALUE");
                }
                Setting setting = Setting.of(text.substring(0, equals));
                String value = text.substring(equals + 1);
                if (value.isEmpty()) {
                    all.remove(setting);
                } else {
                    boolean isFile = setting.key().endsWith("_file");
                    all.put(
                            setting,
                            isFile ? Path.of(value).toAbsolutePath().normalize().toString() : value);
                }
            }
            return new Context(brokers.isEmpty() && present != null ? present.brokers() : brokers, all);
        }
    }

    /** {@code undermoon context delete}. */
    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a context.")
    static final class Delete implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
        private String name = "";

        @Override
        public Integer call() {
            Contexts contexts = file().load();
            file().save(checked(() -> contexts.without(name)));
            System.out.println("Context " + name + " is deleted.");
            return 0;
        }
    }
}
