package io.undermoon.proxy.control.acl;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.acl.Categories;
import io.undermoon.proxy.acl.Denial;
import io.undermoon.proxy.acl.RuleException;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@code ACL}: the users of this proxy. Replies have the format and wording of Redis. */
public final class AclCommands {
    private static final Logger LOG = Logger.getLogger(AclCommands.class);

    private static final int DEFAULT_LOG_COUNT = 10;
    private static final int DEFAULT_PASSWORD_BITS = 256;
    private static final int MAX_PASSWORD_BITS = 4096;
    private static final String NO_FILE = "ERR This proxy has no users_file in its configuration; "
            + "users that ACL SETUSER makes are gone when it ends";
    private static final String HELP = """
            CAT [<category>]
                List all commands that belong to <category>, or all command categories
                when no category is specified.
            DELUSER <username> [<username> ...]
                Delete a list of users.
            DRYRUN <username> <command> [<arg> ...]
                Returns whether the user can execute the given command without executing the command.
            GETUSER <username>
                Get the user's details.
            GENPASS [<bits>]
                Generate a secure 256-bit user password. The optional `bits` argument can
                be used to specify a different size.
            LIST
                Show users details in config file format.
            LOAD
                Reload users from the ACL file.
            LOG [<count> | RESET]
                Show the ACL log entries.
            SAVE
                Save the current config to the ACL file.
            SETUSER <username> <attribute> [<attribute> ...]
                Create or modify a user with the specified attributes.
            USERS
                List all the registered usernames.
            WHOAMI
                Return the current connection username.
            """;

    private final CommandCatalog commands;
    private final ClientRegistry clients;
    private final Guard guard;
    private final AccessControl access;
    private final @Nullable UsersFile file;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param file null when the configuration has no {@code users_file}
     */
    public AclCommands(CommandCatalog commands, ClientRegistry clients, Guard guard, @Nullable UsersFile file) {
        this.commands = commands;
        this.clients = clients;
        this.guard = guard;
        this.access = guard.access();
        this.file = file;
    }

    public void register(HandlerTable table) {
        table.on("acl|whoami", (frame, client, out) -> text(client.account().name(), out))
                .plain("acl|list", out -> texts(access.users(), out))
                .plain(
                        "acl|users",
                        out -> texts(access.users().stream().map(User::name).toList(), out))
                .on("acl|getuser", this::getUser)
                .on("acl|setuser", this::setUser)
                .on("acl|deluser", this::deleteUsers)
                .on("acl|cat", (frame, client, out) -> cat(frame, out))
                .on("acl|dryrun", (frame, client, out) -> dryRun(frame, out))
                .on("acl|genpass", (frame, client, out) -> generatePassword(frame, out))
                .on("acl|log", this::log)
                .on("acl|load", (frame, client, out) -> load(client, out))
                .plain("acl|save", this::save)
                .plain("acl|help", Replies.help("ACL", HELP));
    }

    private void getUser(CommandFrame frame, Client client, ByteBuf out) {
        Protocol protocol = client.protocol();
        User user = access.find(argument(frame, 2));
        if (user == null) {
            RespWriter.nullValue(out, protocol);
            return;
        }
        List<String> limits = user.limitRules();
        RespWriter.map(out, protocol, limits.isEmpty() ? 6 : 7);
        RespWriter.bulk(out, "flags");
        RespWriter.set(out, protocol, user.flags().size());
        user.flags().forEach(flag -> RespWriter.bulk(out, flag));
        RespWriter.bulk(out, "passwords");
        texts(user.passwords(), out);
        permissions(user.rootPermissions(), out);
        RespWriter.bulk(out, "selectors");
        RespWriter.array(out, user.selectorPermissions().size());
        for (User.Permissions selector : user.selectorPermissions()) {
            RespWriter.map(out, protocol, 3);
            permissions(selector, out);
        }
        if (!limits.isEmpty()) {
            RespWriter.bulk(out, "limits");
            text(String.join(" ", limits), out);
        }
    }

    private static void permissions(User.Permissions permissions, ByteBuf out) {
        RespWriter.bulk(out, "commands");
        text(permissions.commands(), out);
        RespWriter.bulk(out, "keys");
        text(permissions.keys(), out);
        RespWriter.bulk(out, "channels");
        text(permissions.channels(), out);
    }

    private void setUser(CommandFrame frame, Client client, ByteBuf out) {
        try {
            access.set(argument(frame, 2), arguments(frame, 3));
        } catch (RuleException e) {
            throw new ErrorReplyException("ERR " + e.getMessage());
        }
        guard.enforce(clients, client);
        Replies.ok(out);
    }

    private void deleteUsers(CommandFrame frame, Client client, ByteBuf out) {
        try {
            RespWriter.integer(out, access.delete(arguments(frame, 2)));
        } catch (RuleException e) {
            throw new ErrorReplyException("ERR " + e.getMessage());
        }
        guard.enforce(clients, client);
    }

    private void cat(CommandFrame frame, ByteBuf out) {
        requireAtMost(3, frame);
        if (frame.argumentCount() == 2) {
            texts(Categories.names(), out);
            return;
        }
        List<Command> members = Categories.commandsOf(argument(frame, 2), commands.current());
        if (members.isEmpty()) {
            RespWriter.error(out, "ERR Unknown category '" + argument(frame, 2) + "'");
        } else {
            texts(members, out);
        }
    }

    private void dryRun(CommandFrame frame, ByteBuf out) {
        User user = access.find(argument(frame, 2));
        if (user == null) {
            throw new ErrorReplyException("ERR User '" + argument(frame, 2) + "' not found");
        }
        CommandFrame inner = frame.from(3);
        Command command = commands.current().find(inner);
        if (command != null && command.isContainer() && inner.argumentCount() > 1) {
            command = command.findSub(inner);
        }
        if (command == null) {
            RespWriter.error(out, "ERR Command '" + argument(frame, 3) + "' not found");
        } else if (!command.arityMatches(inner.argumentCount())) {
            CommandErrors.wrongArity(command, out);
        } else {
            Denial denial = user.denial(command, inner);
            if (denial == null) {
                Replies.ok(out);
            } else {
                text(denial.details(user.name(), command.name(), argument(inner, denial.argument())), out);
            }
        }
    }

    private void generatePassword(CommandFrame frame, ByteBuf out) {
        requireAtMost(3, frame);
        long bits = frame.argumentCount() == 2 ? DEFAULT_PASSWORD_BITS : Arguments.integer(frame, 2);
        if (bits <= 0 || bits > MAX_PASSWORD_BITS) {
            throw new ErrorReplyException(
                    "ERR ACL GENPASS argument must be the number of bits for the output password, "
                            + "a positive number up to " + MAX_PASSWORD_BITS);
        }
        int digits = (int) (bits + 3) / 4;
        byte[] bytes = new byte[(digits + 1) / 2];
        random.nextBytes(bytes);
        text(HexFormat.of().formatHex(bytes).substring(0, digits), out);
    }

    private void log(CommandFrame frame, Client client, ByteBuf out) {
        requireAtMost(3, frame);
        if (frame.argumentCount() == 3 && frame.argumentIs(2, "RESET")) {
            guard.log().reset();
            Replies.ok(out);
        } else {
            long count = frame.argumentCount() == 2 ? DEFAULT_LOG_COUNT : Arguments.integer(frame, 2);
            guard.log().write(count, client.protocol(), out);
        }
    }

    private void load(Client client, ByteBuf out) {
        String problem = requireFile().load();
        if (problem != null) {
            throw new ErrorReplyException("ERR " + problem
                    + " WARNING: ACL errors detected, no change to the previously active ACL rules was performed");
        }
        guard.enforce(clients, client);
        Replies.ok(out);
    }

    private void save(ByteBuf out) {
        try {
            requireFile().save();
        } catch (IOException e) {
            LOG.warnf(e, "Users not saved");
            throw new ErrorReplyException("ERR There was an error trying to save the ACLs. "
                    + "Please check the server logs for more information");
        }
        Replies.ok(out);
    }

    private UsersFile requireFile() {
        if (file == null) {
            throw new ErrorReplyException(NO_FILE);
        }
        return file;
    }

    private static void requireAtMost(int arguments, CommandFrame frame) {
        if (frame.argumentCount() > arguments) {
            throw new ErrorReplyException("ERR unknown subcommand or wrong number of arguments for '"
                    + frame.argument(1) + "'. Try ACL HELP.");
        }
    }

    private static String argument(CommandFrame frame, int argument) {
        return frame.argumentView(argument).toString();
    }

    private static List<String> arguments(CommandFrame frame, int first) {
        return IntStream.range(first, frame.argumentCount())
                .mapToObj(i -> argument(frame, i))
                .toList();
    }

    private static void texts(List<?> values, ByteBuf out) {
        RespWriter.array(out, values.size());
        values.forEach(value -> text(value.toString(), out));
    }

    private static void text(String text, ByteBuf out) {
        RespWriter.bulk(out, text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
