package io.undermoon.simulation.service;

import io.undermoon.simulation.redis.Keys;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client of a cluster that writes to keys of its own, one write after another, follows redirections, and asks any
 * proxy when one does not serve. Each write has a higher version than all before, so that none is sent twice.
 */
public final class Client {
    private static final int MAX_REDIRECTIONS = 5;
    private static final long PATIENCE = 3 * World.SECOND;

    private final Installation installation;
    private final World world;
    private final SimProcess process;
    private final List<Integer> keys;
    private final long pause;

    private long lastVersion;
    private long turn;
    private long successes;
    private @Nullable ProxyServer last;
    private @Nullable String lastError;

    /** @param pause the longest one between two writes */
    Client(Installation installation, SimProcess process, List<Integer> keys, long pause) {
        this.installation = installation;
        this.world = installation.world();
        this.process = process;
        this.keys = List.copyOf(keys);
        this.pause = pause;
    }

    public void start() {
        process.start();
        next();
    }

    public SimProcess process() {
        return process;
    }

    /** The keys that it writes to. */
    public List<Integer> keys() {
        return keys;
    }

    /** How many of its writes have been acknowledged. */
    public long successes() {
        return successes;
    }

    private void next() {
        long mine = ++turn;
        world.later(process, world.random(pause / 4, pause), () -> {
            int key = keys.get(world.random(keys.size()));
            send(mine, key, ++lastVersion, last == null ? anyProxy() : last, 0);
        });
    }

    private ProxyServer anyProxy() {
        List<ProxyServer> all = installation.proxies();
        return all.get(world.random(all.size()));
    }

    private void send(long mine, int key, long version, ProxyServer proxy, int redirections) {
        ClientWrite write = new ClientWrite(
                key,
                Keys.slot(key),
                version,
                reply -> installation
                        .network()
                        .send(
                                proxy.process(),
                                process,
                                () -> answered(mine, key, version, proxy, redirections, reply),
                                () -> {}));
        installation.network().send(process, proxy.process(), () -> proxy.serve(write), () -> failed(mine));
        if (redirections == 0) {
            world.timeout(process, PATIENCE, () -> mine != turn, () -> failed(mine));
        }
    }

    private void answered(long mine, int key, long version, ProxyServer proxy, int redirections, String reply) {
        if (mine != turn) {
            return;
        }
        if (reply.equals("OK")) {
            successes++;
            last = proxy;
            next();
        } else if (reply.startsWith("MOVED ") && redirections < MAX_REDIRECTIONS) {
            ProxyServer owner = installation.proxy(reply.substring("MOVED ".length()));
            send(mine, key, version, owner, redirections + 1);
        } else {
            lastError = proxy + ": " + reply;
            failed(mine);
        }
    }

    /** The last answer that was no success; null before the first. */
    public @Nullable String lastError() {
        return lastError;
    }

    private void failed(long mine) {
        if (mine == turn) {
            last = null;
            next();
        }
    }
}
