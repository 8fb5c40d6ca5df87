/** node-redis (https://github.com/redis/node-redis) as a cluster client: node node-redis.mjs 127.0.0.1:5299 */

import { createCluster, defineScript, WatchError } from "redis";
import { eventually, expect, main, seeds, sleep } from "./suite.mjs";

const prefix = "node-redis:";
const keys = Array.from({ length: 5000 }, (_, number) => `${prefix}${number}`);

const swap = defineScript({
    SCRIPT: "local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old",
    NUMBER_OF_KEYS: 1,
    parseCommand(parser, key, value) {
        parser.pushKey(key);
        parser.push(value);
    },
    transformReply: undefined,
});

async function connect(options = {}) {
    const cluster = createCluster({ rootNodes: seeds().map((socket) => ({ socket })), scripts: { swap }, ...options });
    cluster.on("error", (error) => console.error(error.message));
    return cluster.connect();
}

const redis = await connect();
const other = await connect();
const reader = await connect({ useReplicas: true });

/** Commands without a key go to one node; asking all of them is left to the application. */
const everyMaster = (command) => Promise.all(redis.masters.map(async (node) => command(await redis.nodeClient(node))));

const known = (found) => keys.filter((key) => found.has(key)).length;

const checks = {
    async pipeline_writes() {
        // Commands of one turn of the event loop go out together, to each node its own.
        const written = await Promise.all(keys.map((key) => redis.set(key, key)));
        expect(new Set(written), new Set(["OK"]));
    },

    async scan_finds_every_key() {
        const found = new Set();
        await everyMaster(async (node) => {
            for await (const batch of node.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
                batch.forEach((key) => found.add(key));
            }
        });
        expect(known(found), keys.length);
    },

    async keys_finds_every_key() {
        const found = await everyMaster((node) => node.keys(`${prefix}*`));
        expect(known(new Set(found.flat())), keys.length);
    },

    async dbsize_counts_every_key() {
        const sizes = await everyMaster((node) => node.dbSize());
        expect(sizes.reduce((sum, size) => sum + size) >= keys.length, true);
    },

    async script_runs_on_every_shard() {
        const [digest] = await everyMaster((node) => node.scriptLoad("return redis.call('GET', KEYS[1])"));
        for (const key of keys.slice(0, 200)) {
            expect(await redis.evalSha(digest, { keys: [key] }), key);
        }
    },

    async function_runs_on_every_shard() {
        const code = "redis.register_function{function_name='node_redis_get', flags={'no-writes'}, callback=";
        const library = `#!lua name=node_redis\n${code}function(keys) return redis.call('GET', keys[1]) end}`;
        await everyMaster((node) => node.functionLoad(library, { REPLACE: true }));
        for (const key of keys.slice(0, 200)) {
            expect(await redis.fCall("node_redis_get", { keys: [key] }), key);
        }
    },

    async replicas_serve_reads() {
        for (const key of keys.slice(0, 1000)) {
            await eventually(async () => (await reader.get(key)) === key);
        }
    },

    async published_message_arrives() {
        let message;
        await other.subscribe(`${prefix}channel`, (text) => (message = text));
        await redis.publish(`${prefix}channel`, "hello");
        await eventually(() => message === "hello");
        await other.unsubscribe(`${prefix}channel`);
    },

    async sharded_message_arrives() {
        let message;
        await other.sSubscribe(`${prefix}channel`, (text) => (message = text));
        await redis.sPublish(`${prefix}channel`, "hello");
        await eventually(() => message === "hello");
        await other.sUnsubscribe(`${prefix}channel`);
    },

    async blocking_pop_waits() {
        const popped = other.blPop(`${prefix}list`, 10);
        await sleep(100);
        await redis.rPush(`${prefix}list`, "element");
        expect({ ...(await popped) }, { key: `${prefix}list`, element: "element" });
    },

    async transaction_is_executed() {
        const transaction = redis.multi().set(`${prefix}{t}1`, "one").set(`${prefix}{t}2`, "two").get(`${prefix}{t}1`);
        expect([...(await transaction.exec())], ["OK", "OK", "one"]);
    },

    async transaction_is_aborted_when_a_watched_key_changes() {
        const node = await redis.getNodeClientForKey(`${prefix}{t}1`);
        await node.watch(`${prefix}{t}1`);
        await other.set(`${prefix}{t}1`, "changed");
        const aborted = await node.multi().set(`${prefix}{t}1`, "lost").exec().catch((error) => error);
        expect(aborted instanceof WatchError, true);
        expect(await redis.get(`${prefix}{t}1`), "changed");
    },

    async delete_removes_every_key() {
        const removed = await Promise.all(keys.map((key) => redis.del(key)));
        expect(removed.reduce((sum, count) => sum + count), keys.length);
    },
};

const load = {
    async set_and_get(key, number) {
        const found = Number(await redis.get(key));
        await redis.set(key, number);
        return found;
    },

    async pipeline(key, number) {
        const parts = Array.from({ length: 10 }, (_, part) => `${key}:${part}`);
        const found = await Promise.all(parts.flatMap((part) => [redis.get(part), redis.set(part, number)]));
        return Math.min(...found.filter((_, index) => index % 2 === 0).map(Number));
    },

    async transaction(key, number) {
        return Number((await redis.multi().get(key).set(key, number).exec())[0]);
    },

    async script(key, number) {
        return Number(await redis.swap(key, String(number)));
    },

    async blocking(key, number) {
        await redis.rPush(key, String(number));
        const moved = await other.blMove(key, `{${key}}:moved`, "LEFT", "LEFT", 5);
        // A library that has lost its connection sends the command again; the one before may have been executed.
        if (moved === null && Number(await redis.lIndex(`{${key}}:moved`, 0)) === number) {
            return number;
        }
        return Number(moved);
    },

    async replica_read(key, number) {
        await reader.get(key);
        return number;
    },
};

await main(prefix, checks, load);
