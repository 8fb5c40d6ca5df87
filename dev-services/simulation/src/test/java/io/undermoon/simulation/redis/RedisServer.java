package io.undermoon.simulation.redis;

import io.undermoon.resp.RespValue;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model of a Redis server: versions of a few keys, the records of slot moves, asynchronous replication with a history
 * and an offset, partial and full synchronisation, and the replies to the commands that a proxy sends to its nodes.
 *
 * <p>What is left out: a replica gets all that its master has had at the moment a batch was sent, at once; a full copy
 * is made at the end of the time that it takes.
 */
public final class RedisServer {
    private static final long SAVE_INTERVAL = 10 * World.SECOND;
    private static final long CRON = World.SECOND;
    private static final long BATCH_DELAY_MAX = 3 * World.MILLI;
    private static final long RESEND = 100 * World.MILLI;
    private static final long REPLICATION_TIMEOUT = 60 * World.SECOND;
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final RespValue READONLY =
            new RespValue.Failure("READONLY You can't write against a read only replica.");

    /** The memory that a value takes. */
    private static final long SIZE = 64;

    private final World world;
    private final Network network;
    private final SimProcess process;
    private final String address;
    private final RedisObserver observer;
    private final Function<String, RedisServer> servers;

    private long[] versions = new long[Keys.COUNT];

    /** The records of slot moves: hash and field, separated by a blank. Never changed in place. */
    private Map<String, String> records = Map.of();

    private long history;
    private long offset;
    private long formerHistory;
    private long formerHistoryEnd = -1;
    private long run;

    /** The writes of this history that the server has, the last of them at its offset. */
    private List<Entry> backlog = new ArrayList<>();

    private long[] saved = versions;
    private Map<String, String> savedRecords = records;
    private long savedHistory;
    private long savedOffset;
    private long savedNanos;

    private final Map<String, List<String>> users = new HashMap<>();

    /** As whom it logs in at its master; empty for the default user. */
    private String masterUser = "";

    private @Nullable RedisServer master;
    private Link link = Link.DOWN;

    /** When it lost its master, to which it was connected in this life; -1 if it was not. */
    private long lostNanos = -1;

    private long connection;
    private int masterGeneration;
    private long lastHeardNanos;
    private final Map<RedisServer, Attached> attached = new LinkedHashMap<>();

    private final Map<Long, ClientConnection> connections = new LinkedHashMap<>();
    private final Set<StreamFollower> followers = new LinkedHashSet<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private long lastConnectionId;

    /** A part of the replication stream. */
    private interface Change {
        void applyTo(RedisServer server);

        /** As a replica is told. */
        List<List<String>> commands();
    }

    /** A write of a client. One that its client has given up may come after its next one; that is no loss. */
    private record Write(int key, long version) implements Change {
        @Override
        public void applyTo(RedisServer server) {
            server.versions[key] = Math.max(server.versions[key], version);
        }

        @Override
        public List<List<String>> commands() {
            return List.of(List.of("SELECT", "0"), List.of("SET", Keys.name(key), Long.toString(version)));
        }
    }

    /** A key gets a value that another server has, or is deleted: version 0. */
    private record Restored(int key, long version) implements Change {
        @Override
        public void applyTo(RedisServer server) {
            server.versions[key] = version;
        }

        @Override
        public List<List<String>> commands() {
            return List.of(
                    List.of("SELECT", "0"),
                    version == 0
                            ? List.of("UNLINK", Keys.name(key))
                            : List.of("RESTORE", Keys.name(key), "0", Long.toString(version), "REPLACE"));
        }
    }

    /** A record of a slot move is replaced; an empty value removes it. */
    private record Recorded(String hash, String field, String value) implements Change {
        @Override
        public void applyTo(RedisServer server) {
            Map<String, String> changed = new LinkedHashMap<>(server.records);
            if (value.isEmpty()) {
                changed.remove(hash + " " + field);
            } else {
                changed.put(hash + " " + field, value);
            }
            server.records = changed;
        }

        @Override
        public List<List<String>> commands() {
            return List.of(
                    List.of("SELECT", "1"),
                    value.isEmpty() ? List.of("HDEL", hash, field) : List.of("HSET", hash, field, value));
        }
    }

    /** A text that is only there to be found in the stream. */
    private record Marked(String key, String text) implements Change {
        @Override
        public void applyTo(RedisServer server) {}

        @Override
        public List<List<String>> commands() {
            return List.of(List.of("SELECT", "1"), List.of("SET", key, text, "PX", "60000"));
        }
    }

    private record Entry(long offset, Change change) {}

    /** Somebody waits until replicas have acknowledged an offset. */
    private static final class Waiter {
        private final long offset;
        private final int replicas;
        private final Consumer<RespValue> reply;
        private boolean done;

        Waiter(long offset, int replicas, Consumer<RespValue> reply) {
            this.offset = offset;
            this.replicas = replicas;
            this.reply = reply;
        }
    }

    private enum Link {
        DOWN,
        COPYING,
        UP
    }

    /** A replica as its master sees it. */
    private static final class Attached {
        private final long connection;
        private boolean batchIsUnderWay;
        private long acknowledged;
        private long acknowledgedNanos;

        Attached(long connection) {
            this.connection = connection;
        }
    }

    /** @param servers by address */
    public RedisServer(
            World world,
            Network network,
            SimProcess process,
            String address,
            RedisObserver observer,
            Function<String, RedisServer> servers) {
        this.world = world;
        this.network = network;
        this.process = process;
        this.address = address;
        this.observer = observer;
        this.servers = servers;
    }

    public SimProcess process() {
        return process;
    }

    public String address() {
        return address;
    }

    public boolean isMaster() {
        return master == null;
    }

    public @Nullable RedisServer master() {
        return master;
    }

    /** Whether it is connected to its master and has its data. */
    public boolean isLinked() {
        return link == Link.UP;
    }

    public long version(int key) {
        return versions[key];
    }

    /** A record of a slot move; empty if there is none. */
    public String record(String hash, String field) {
        return records.getOrDefault(hash + " " + field, "");
    }

    /** The id of its present life. */
    public String runId() {
        return hex(run);
    }

    /** The replicas that follow it and have its data. */
    public Stream<RedisServer> linkedReplicas() {
        return attached.keySet().stream().filter(RedisServer::isLinked);
    }

    /** Starts with the data that it had, as a master: its role is in no file. */
    public void start() {
        process.start();
        run = world.random(1, Long.MAX_VALUE);
        formerHistory = history;
        formerHistoryEnd = offset;
        history = world.random(1, Long.MAX_VALUE);
        backlog = new ArrayList<>();
        master = null;
        link = Link.DOWN;
        lostNanos = -1;
        connection++;
        attached.clear();
        connections.clear();
        followers.clear();
        waiters.clear();
        users.clear();
        masterUser = "";
        world.repeat(process, CRON, this::cron);
    }

    /** As kill -9. */
    public void kill() {
        process.kill();
        attached.clear();
        link = Link.DOWN;
        List.copyOf(connections.values()).forEach(ClientConnection::close);
        endFollowers();
    }

    /** While it is down, loses what it has not saved to its file, which it does every ten seconds. */
    public void forgetUnsaved() {
        versions = saved.clone();
        records = savedRecords;
        history = savedHistory;
        offset = savedOffset;
        world.note(address + " has lost what it had not saved");
    }

    /**
     * Accepts a connection.
     *
     * @param onClose is run at the server when it closes the connection, or ends
     */
    public ClientConnection accept(Runnable onClose) {
        ClientConnection made = new ClientConnection(++lastConnectionId, onClose);
        connections.put(made.id(), made);
        return made;
    }

    /** The client has closed its connection. */
    public void leave(ClientConnection client) {
        connections.remove(client.id());
    }

    /**
     * Executes a command of a connection.
     *
     * @param reply is given the reply, at once or later
     */
    public void execute(ClientConnection client, List<String> command, Consumer<RespValue> reply) {
        if (command.get(0).equals("CLIENT") && command.get(1).equals("SETNAME")) {
            client.setName(command.get(2));
            reply.accept(OK);
        } else {
            execute(command, reply);
        }
    }

    /**
     * Executes a command.
     *
     * @param reply is given the reply, at once or later
     */
    public void execute(List<String> command, Consumer<RespValue> reply) {
        if (command.get(0).equals("WAIT")) {
            await(Integer.parseInt(command.get(1)), Long.parseLong(command.get(2)) * World.MILLI, reply);
        } else {
            reply.accept(execute(command));
        }
    }

    /** Executes a command that is answered at once. */
    public RespValue execute(List<String> command) {
        return switch (command.get(0).toUpperCase(Locale.ROOT)) {
            case "INFO" -> new RespValue.Bulk(info(command.get(1)));
            case "REPLICAOF", "SLAVEOF" -> replicaOf(command.get(1), command.get(2));
            case "SET" -> set(Integer.parseInt(command.get(1)), Long.parseLong(command.get(2)));
            case "ACL" -> acl(command.get(1), command.get(2), command.subList(3, command.size()));
            case "CONFIG" -> configure(command);
            case "PING" -> OK;
            case "EVAL" -> script(command);
            case "DBSIZE" -> new RespValue.Int(names().size());
            case "SCAN" -> new RespValue.Array(List.of(new RespValue.Bulk("0"), new RespValue.Array(names())));
            case "MEMORY" -> versions[Keys.number(command.get(2))] == 0 ? RespValue.Null.BULK : new RespValue.Int(SIZE);
            case "DUMP" -> dump(Keys.number(command.get(1)));
            case "RESTORE" -> restore(command.get(1), Long.parseLong(command.get(3)));
            case "UNLINK" -> unlink(command.subList(1, command.size()));
            case "CLIENT" -> client(command);
            case "FUNCTION" -> new RespValue.Bulk("");
            case "TIME" -> time();
            default -> new RespValue.Failure("ERR unknown command '" + command.get(0) + "'");
        };
    }

    private List<RespValue> names() {
        List<RespValue> names = new ArrayList<>();
        for (int key = 0; key < Keys.COUNT; key++) {
            if (versions[key] != 0) {
                names.add(new RespValue.Bulk(Keys.name(key)));
            }
        }
        return names;
    }

    private RespValue dump(int key) {
        return versions[key] == 0 ? RespValue.Null.BULK : new RespValue.Bulk(Long.toString(versions[key]));
    }

    private RespValue restore(String key, long version) {
        if (master != null) {
            return READONLY;
        }
        execute(new Restored(Keys.number(key), version));
        return OK;
    }

    private RespValue unlink(List<String> names) {
        if (master != null) {
            return READONLY;
        }
        int removed = 0;
        for (String name : names) {
            int key = Keys.number(name);
            if (versions[key] != 0) {
                execute(new Restored(key, 0));
                removed++;
            }
        }
        return new RespValue.Int(removed);
    }

    private RespValue client(List<String> command) {
        if (command.get(1).equals("LIST")) {
            StringBuilder list = new StringBuilder();
            connections
                    .values()
                    .forEach(each -> list.append("id=")
                            .append(each.id())
                            .append(" name=")
                            .append(each.name())
                            .append(" db=0\n"));
            return new RespValue.Bulk(list.toString());
        }
        ClientConnection killed = connections.remove(Long.parseLong(command.get(3)));
        if (killed != null) {
            killed.close();
        }
        return new RespValue.Int(killed == null ? 0 : 1);
    }

    private RespValue time() {
        long millis = process.wallMillis();
        return new RespValue.Array(List.of(
                new RespValue.Bulk(Long.toString(millis / 1000)),
                new RespValue.Bulk(Long.toString(millis % 1000 * 1000))));
    }

    /** The scripts of the records of slot moves, told from each other by what they contain. */
    private RespValue script(List<String> command) {
        String script = command.get(1);
        String key = command.get(3);
        List<String> arguments = command.subList(4, command.size());
        if (script.contains("'hgetall'")) {
            List<RespValue> items = new ArrayList<>();
            records.forEach((name, value) -> {
                if (name.startsWith(key + " ")) {
                    items.add(new RespValue.Bulk(name.substring(key.length() + 1)));
                    items.add(new RespValue.Bulk(value));
                }
            });
            return new RespValue.Array(items);
        }
        if (script.contains("'hdel'")) {
            return replace(key, arguments.get(0), arguments.get(1), arguments.get(2), arguments.get(3));
        }
        if (script.contains("'hget'")) {
            return new RespValue.Bulk(record(key, arguments.get(0)));
        }
        if (!script.contains("'PX'")) {
            return new RespValue.Failure("ERR unknown script " + script);
        }
        if (master != null) {
            return READONLY;
        }
        execute(new Marked(key, arguments.get(0)));
        return new RespValue.Int(1);
    }

    private RespValue replace(String hash, String field, String expected, String next, String wantedRun) {
        boolean isExpected = (wantedRun.isEmpty() || wantedRun.equals(runId()))
                && record(hash, field).equals(expected);
        if (isExpected && master != null) {
            return READONLY;
        }
        if (isExpected) {
            execute(new Recorded(hash, field, next));
            world.note(address + " records " + hash + " " + field + " " + next);
            observer.recorded(this, hash, field, next);
        }
        return new RespValue.Int(isExpected ? 1 : 0);
    }

    /** Users are in the memory of the server. Passwords are always right. */
    private RespValue acl(String subcommand, String user, List<String> rules) {
        if (subcommand.equals("GETUSER")) {
            List<String> known = users.get(user);
            return known == null
                    ? RespValue.Null.BULK
                    : new RespValue.Array(known.stream()
                            .map(rule -> (RespValue) new RespValue.Bulk(rule))
                            .toList());
        }
        if (rules.isEmpty()) {
            users.putIfAbsent(user, List.of("off"));
        } else if (rules.equals(List.of("off"))) {
            List<String> left = new ArrayList<>(users.getOrDefault(user, List.of()));
            left.removeIf(rule -> rule.equals("on") || rule.equals("off"));
            left.add("off");
            users.put(user, List.copyOf(left));
        } else {
            users.put(user, List.copyOf(rules));
        }
        return OK;
    }

    private RespValue configure(List<String> command) {
        if (command.get(1).equals("SET") && command.get(2).equals("masteruser")) {
            masterUser = command.get(3);
        }
        return OK;
    }

    private boolean letsIn(RedisServer replica) {
        return replica.masterUser.isEmpty()
                || users.getOrDefault(replica.masterUser, List.of()).contains("on");
    }

    private RespValue set(int key, long version) {
        if (master != null) {
            return READONLY;
        }
        long former = versions[key];
        execute(new Write(key, version));
        observer.written(this, key, former, version);
        return OK;
    }

    /** Executes something as a master. */
    private void execute(Change change) {
        apply(new Entry(offset + 1, change));
        attached.forEach(this::sendBatch);
        followers.forEach(follower -> follower.executed(change.commands()));
    }

    private void apply(Entry entry) {
        entry.change().applyTo(this);
        offset = entry.offset();
        backlog.add(entry);
    }

    /** Has somebody follow what the server executes from now on, as long as it is a master; false if it is none. */
    public boolean follow(StreamFollower follower) {
        return master == null && followers.add(follower);
    }

    /** The follower has gone. */
    public void leave(StreamFollower follower) {
        followers.remove(follower);
    }

    private void endFollowers() {
        List<StreamFollower> former = List.copyOf(followers);
        followers.clear();
        former.forEach(StreamFollower::ended);
    }

    /** {@code WAIT}, for all that the server has executed until now. */
    private void await(int replicas, long timeout, Consumer<RespValue> reply) {
        Waiter waiter = new Waiter(offset, replicas, reply);
        waiters.add(waiter);
        attached.forEach((replica, state) ->
                network.send(process, replica.process, () -> replica.acknowledge(this, state.connection), () -> {}));
        world.later(process, timeout, () -> end(waiter));
        answerWaiters();
    }

    private void answerWaiters() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (acknowledgedBy(waiter.offset) >= waiter.replicas) {
                end(waiter);
            }
        }
    }

    private void end(Waiter waiter) {
        if (!waiter.done) {
            waiter.done = true;
            waiters.remove(waiter);
            waiter.reply.accept(new RespValue.Int(acknowledgedBy(waiter.offset)));
        }
    }

    private long acknowledgedBy(long position) {
        return attached.values().stream()
                .filter(state -> state.acknowledged >= position)
                .count();
    }

    /** Tells the master how far this replica is. */
    private void acknowledge(RedisServer source, long itsConnection) {
        if (connection == itsConnection && link == Link.UP) {
            long position = offset;
            network.send(process, source.process, () -> source.acknowledged(this, itsConnection, position), () -> {});
        }
    }

    private RespValue replicaOf(String host, String port) {
        if (host.equalsIgnoreCase("NO")) {
            RedisServer former = master;
            if (former != null) {
                master = null;
                link = Link.DOWN;
                connection++;
                formerHistory = history;
                formerHistoryEnd = offset;
                history = world.random(1, Long.MAX_VALUE);
                detachAll();
                world.note(address + " is a master from offset " + offset + " on");
                observer.promoted(this, former);
            }
            return OK;
        }
        RedisServer wanted = servers.apply(host + ":" + port);
        if (wanted != master) {
            master = wanted;
            link = Link.DOWN;
            lostNanos = -1;
            connection++;
            detachAll();
            world.note(address + " follows " + wanted.address);
            world.later(process, World.MILLI, this::connect);
        }
        return OK;
    }

    private void detachAll() {
        attached.keySet().forEach(replica -> replica.disconnected(this));
        attached.clear();
        endFollowers();
    }

    private void unlink() {
        if (link == Link.UP) {
            lostNanos = world.nowNanos();
        }
        link = Link.DOWN;
        connection++;
    }

    private void disconnected(RedisServer from) {
        if (master == from) {
            unlink();
        }
    }

    private void cron() {
        if (world.nowNanos() - savedNanos >= SAVE_INTERVAL) {
            savedNanos = world.nowNanos();
            saved = versions.clone();
            savedRecords = records;
            savedHistory = history;
            savedOffset = offset;
        }
        RedisServer source = master;
        if (source == null) {
            attached.entrySet().removeIf(entry -> isGone(entry.getKey(), entry.getValue()));
        } else if (link == Link.DOWN) {
            connect();
        } else if (source.process.generation() != masterGeneration
                || world.nowNanos() - lastHeardNanos > REPLICATION_TIMEOUT) {
            broken(connection);
        } else if (link == Link.UP) {
            long mine = connection;
            if (source.attachedConnection(this) != mine) {
                broken(mine);
            } else {
                long position = offset;
                network.send(process, source.process, () -> source.acknowledged(this, mine, position), () -> {});
            }
        }
    }

    private boolean isGone(RedisServer replica, Attached state) {
        return replica.master != this || replica.connection != state.connection || !replica.process.isAlive();
    }

    private long attachedConnection(RedisServer replica) {
        Attached state = attached.get(replica);
        return state == null ? -1 : state.connection;
    }

    private void acknowledged(RedisServer replica, long itsConnection, long position) {
        Attached state = attached.get(replica);
        if (state != null && state.connection == itsConnection) {
            state.acknowledged = Math.max(state.acknowledged, position);
            state.acknowledgedNanos = world.nowNanos();
            answerWaiters();
            // As the master's pings do.
            network.send(process, replica.process, () -> replica.heard(itsConnection), () -> {});
        }
    }

    private void heard(long itsConnection) {
        if (connection == itsConnection) {
            lastHeardNanos = world.nowNanos();
        }
    }

    private void connect() {
        RedisServer source = master;
        if (source == null
                || link != Link.DOWN
                || !source.process.isAlive()
                || network.isCut(process, source.process)) {
            return;
        }
        link = Link.COPYING;
        masterGeneration = source.process.generation();
        lastHeardNanos = world.nowNanos();
        long mine = ++connection;
        network.send(process, source.process, () -> source.synchronise(this, mine), () -> broken(mine));
    }

    private void broken(long itsConnection) {
        if (connection == itsConnection) {
            unlink();
        }
    }

    /** A replica asks for what it lacks. */
    private void synchronise(RedisServer replica, long itsConnection) {
        if (replica.connection != itsConnection || replica == this) {
            return;
        }
        if (master != null && link != Link.UP || !letsIn(replica)) {
            network.send(process, replica.process, () -> replica.broken(itsConnection), () -> {});
            return;
        }
        boolean sameHistory = replica.history == history && replica.offset <= offset
                || replica.history == formerHistory && replica.offset <= Math.min(formerHistoryEnd, offset);
        boolean isPartial = sameHistory && hasSince(replica.offset);
        long duration = isPartial
                ? 0
                : world.chance(0.1)
                        ? world.random(World.SECOND, 5 * World.SECOND)
                        : world.random(5 * World.MILLI, 300 * World.MILLI);
        world.later(process, duration, () -> {
            if (replica.connection == itsConnection && (master == null || link == Link.UP)) {
                Attached state = new Attached(itsConnection);
                state.acknowledgedNanos = world.nowNanos();
                attached.put(replica, state);
                if (isPartial) {
                    long historyNow = history;
                    network.send(
                            process,
                            replica.process,
                            () -> replica.goesOn(historyNow, itsConnection),
                            () -> replica.broken(itsConnection));
                } else {
                    Copy copy = new Copy(versions.clone(), records, history, offset);
                    network.send(
                            process,
                            replica.process,
                            () -> replica.load(copy, itsConnection),
                            () -> replica.broken(itsConnection));
                }
            } else {
                network.send(process, replica.process, () -> replica.broken(itsConnection), () -> {});
            }
        });
    }

    private boolean hasSince(long position) {
        return position == offset || !backlog.isEmpty() && backlog.get(0).offset() <= position + 1;
    }

    private record Copy(long[] versions, Map<String, String> records, long history, long offset) {}

    private void load(Copy copy, long itsConnection) {
        if (connection != itsConnection) {
            return;
        }
        versions = copy.versions().clone();
        records = copy.records();
        history = copy.history();
        offset = copy.offset();
        formerHistoryEnd = -1;
        backlog = new ArrayList<>();
        world.note(address + " has a full copy up to " + offset);
        detachAll();
        linked();
    }

    private void goesOn(long historyNow, long itsConnection) {
        if (connection == itsConnection) {
            if (history != historyNow) {
                formerHistory = history;
                formerHistoryEnd = offset;
                history = historyNow;
            }
            linked();
        }
    }

    private void linked() {
        link = Link.UP;
        lastHeardNanos = world.nowNanos();
        RedisServer source = master;
        if (source != null) {
            Attached state = source.attached.get(this);
            if (state != null) {
                state.acknowledged = offset;
                source.sendBatch(this, state);
                if (offset == source.offset) {
                    observer.copied(this);
                }
            }
        }
    }

    /** Sends what the server has now, unless something is under way already. */
    private void sendBatch(RedisServer replica, Attached state) {
        if (state.batchIsUnderWay || replica.link != Link.UP || replica.offset >= offset) {
            return;
        }
        state.batchIsUnderWay = true;
        long end = offset;
        world.later(
                world.random(0, BATCH_DELAY_MAX) + network.delay(process, replica.process),
                () -> batchArrives(replica, state, end));
    }

    private void batchArrives(RedisServer replica, Attached state, long end) {
        if (attached.get(replica) != state || replica.connection != state.connection || !process.isAlive()) {
            return;
        }
        if (network.isCut(process, replica.process) || process.isPaused() || replica.process.isPaused()) {
            world.later(RESEND, () -> batchArrives(replica, state, end));
            return;
        }
        for (int i = firstAfter(replica.offset);
                i < backlog.size() && backlog.get(i).offset() <= end;
                i++) {
            replica.apply(backlog.get(i));
        }
        replica.lastHeardNanos = world.nowNanos();
        observer.copied(replica);
        replica.attached.forEach(replica::sendBatch);
        state.batchIsUnderWay = false;
        if (!waiters.isEmpty()) {
            network.send(replica.process, process, () -> acknowledged(replica, state.connection, end), () -> {});
        }
        sendBatch(replica, state);
    }

    private int firstAfter(long position) {
        int i = backlog.size();
        while (i > 0 && backlog.get(i - 1).offset() > position) {
            i--;
        }
        return i;
    }

    private String info(String section) {
        if (section.equals("persistence")) {
            return "loading:0\r\n";
        }
        if (section.equals("keyspace") || section.equals("stats")) {
            return "";
        }
        if (section.equals("server")) {
            return "redis_version:7.0.15\r\nrun_id:" + runId() + "\r\n";
        }
        StringBuilder text = new StringBuilder(320);
        RedisServer source = master;
        if (source == null) {
            text.append("role:master\r\nconnected_slaves:")
                    .append(attached.size())
                    .append("\r\n");
            int i = 0;
            for (Map.Entry<RedisServer, Attached> entry : attached.entrySet()) {
                String[] parts = entry.getKey().address.split(":");
                text.append("slave")
                        .append(i++)
                        .append(":ip=")
                        .append(parts[0])
                        .append(",port=")
                        .append(parts[1]);
                text.append(",state=online,offset=")
                        .append(entry.getValue().acknowledged)
                        .append(",lag=");
                text.append((world.nowNanos() - entry.getValue().acknowledgedNanos) / World.SECOND)
                        .append("\r\n");
            }
        } else {
            String[] parts = source.address.split(":");
            text.append("role:slave\r\nmaster_host:")
                    .append(parts[0])
                    .append("\r\nmaster_port:")
                    .append(parts[1]);
            text.append("\r\nmaster_link_status:").append(link == Link.UP ? "up" : "down");
            text.append("\r\nmaster_last_io_seconds_ago:")
                    .append(link == Link.UP ? (world.nowNanos() - lastHeardNanos) / World.SECOND : -1);
            if (link != Link.UP) {
                text.append("\r\nmaster_link_down_since_seconds:")
                        .append(lostNanos < 0 ? -1 : (world.nowNanos() - lostNanos) / World.SECOND);
            }
            text.append("\r\nslave_read_repl_offset:").append(offset);
            text.append("\r\nslave_repl_offset:").append(offset).append("\r\n");
        }
        text.append("master_replid:").append(hex(history));
        text.append("\r\nmaster_replid2:").append(formerHistoryEnd < 0 ? "0" : hex(formerHistory));
        text.append("\r\nmaster_repl_offset:").append(offset).append("\r\nrepl_backlog_active:1\r\n");
        return text.toString();
    }

    private static String hex(long id) {
        return Long.toHexString(id);
    }

    @Override
    public String toString() {
        return address;
    }
}
