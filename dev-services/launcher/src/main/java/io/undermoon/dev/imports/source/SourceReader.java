package io.undermoon.dev.imports.source;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.dev.imports.wire.SlotOwners;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads keys of an installation as they are now, from whoever serves their slots; redirections are followed. After an
 * {@link IOException} the next call connects again. Not thread-safe.
 */
public final class SourceReader implements AutoCloseable {
    private static final Command ASKING = Command.of("ASKING");

    private final SlotOwners owners;
    private final Access access;
    private final int database;
    private final Map<HostPort, RedisConnection> connections = new HashMap<>();

    /** Slots that have moved since the owners were told. */
    private final Map<Integer, HostPort> moved = new HashMap<>();

    private boolean tellsExpiryTime = true;

    public SourceReader(SlotOwners owners, Access access, int database) {
        this.owners = owners;
        this.access = access;
        this.database = database;
    }

    /** The state of each key. Changes between the reading of a value and of its expiry time are in the stream later. */
    public List<KeyState> read(List<byte[]> keys) throws IOException {
        List<KeyState> states = new ArrayList<>();
        for (List<RespValue> replies : ask(keys, this::questions)) {
            states.add(state(replies));
        }
        return states;
    }

    /** Whether each key is there. */
    public List<Boolean> exist(List<byte[]> keys) throws IOException {
        return ask(keys, key -> List.of(Command.of("EXISTS", key))).stream()
                .map(replies -> Reply.number(replies.get(0)) > 0)
                .toList();
    }

    /** What is asked about a key. */
    public interface Questions {
        List<Command> of(byte[] key);
    }

    /** The replies to all questions about each key, none of them an error. */
    public List<List<RespValue>> ask(List<byte[]> keys, Questions questions) throws IOException {
        Map<HostPort, List<Integer>> byServer = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            int slot = Slot.of(keys.get(i));
            HostPort learned = moved.get(slot);
            HostPort owner = learned == null ? owners.owner(slot) : learned;
            if (owner == null) {
                throw new IOException("slot " + slot + " is served by nobody");
            }
            byServer.computeIfAbsent(owner, server -> new ArrayList<>()).add(i);
        }
        List<List<RespValue>> answers = new ArrayList<>(
                keys.stream().<List<RespValue>>map(key -> List.of()).toList());
        try {
            for (Map.Entry<HostPort, List<Integer>> server : byServer.entrySet()) {
                List<Command> commands = new ArrayList<>();
                server.getValue().forEach(index -> commands.addAll(questions.of(keys.get(index))));
                List<RespValue> replies = connection(server.getKey()).exchange(commands);
                int from = 0;
                for (int index : server.getValue()) {
                    int to = from + questions.of(keys.get(index)).size();
                    answers.set(
                            index, followed(replies.subList(from, to), keys.get(index), questions, server.getKey()));
                    from = to;
                }
            }
        } catch (IOException e) {
            moved.clear();
            close();
            throw e;
        }
        return answers;
    }

    private List<RespValue> followed(List<RespValue> replies, byte[] key, Questions questions, HostPort from)
            throws IOException {
        List<RespValue> last = replies;
        HostPort server = from;
        for (int hop = 0; hop < 4; hop++) {
            Optional<HostPort> elsewhere = Optional.empty();
            boolean asking = false;
            for (RespValue reply : last) {
                if (reply instanceof Failure failure) {
                    elsewhere = Replies.redirection(reply, server);
                    asking = failure.text().startsWith("ASK ");
                    if (elsewhere.isEmpty() && !SourceLayout.isUnknownCommand(reply)) {
                        throw new RefusedException(server + ": " + failure.text());
                    }
                }
            }
            if (elsewhere.isEmpty()) {
                return last;
            }
            server = elsewhere.get();
            if (!asking) {
                moved.put(Slot.of(key), server);
            }
            last = again(connection(server), questions.of(key), asking);
        }
        throw new IOException("redirected too often for one key, at last to " + server);
    }

    private static List<RespValue> again(RedisConnection connection, List<Command> commands, boolean asking)
            throws IOException {
        List<RespValue> replies = new ArrayList<>();
        for (Command command : commands) {
            List<RespValue> both = connection.exchange(asking ? List.of(ASKING, command) : List.of(command));
            replies.add(both.get(both.size() - 1));
        }
        return replies;
    }

    private List<Command> questions(byte[] key) {
        return List.of(Command.of(tellsExpiryTime ? "PEXPIRETIME" : "PTTL", key), Command.of("DUMP", key));
    }

    private KeyState state(List<RespValue> replies) throws IOException {
        RespValue expiry = replies.get(0);
        if (SourceLayout.isUnknownCommand(expiry)) {
            // Before Redis 7.0.
            tellsExpiryTime = false;
            throw new IOException("the source does not know PEXPIRETIME; PTTL is used from now on");
        }
        byte[] dump = Replies.bytes(replies.get(1));
        long told = Reply.number(expiry);
        if (dump == null || told == -2) {
            return KeyState.ABSENT;
        }
        if (told < 0) {
            return new KeyState(dump, 0);
        }
        return new KeyState(dump, tellsExpiryTime ? told : System.currentTimeMillis() + told);
    }

    private RedisConnection connection(HostPort server) throws IOException {
        RedisConnection connection = connections.get(server);
        if (connection == null) {
            connection = RedisConnection.open(server, access);
            connections.put(server, connection);
            if (database != 0) {
                connection.demand("SELECT", database);
            }
        }
        return connection;
    }

    @Override
    public void close() {
        connections.values().forEach(RedisConnection::close);
        connections.clear();
    }
}
