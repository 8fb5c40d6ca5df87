/** ioredis (https://github.com/redis/ioredis) as a cluster client: node ioredis.mjs 127.0.0.1:5299 */

import { Cluster } from "ioredis";
import { eventually, expect, main, seeds, sleep } from "./suite.mjs";

const prefix = "ioredis:";
const keys = Array.from({ length: 5000 }, (_, number) => `${prefix}${number}`);

function connect(options) {
    return new Cluster(seeds(), options).on("error", (error) => console.error(error.message));
}

const redis = connect();
const other = connect();
// A replica whose slot has moved redirects, and ioredis asks it again, 16 times at once, until it has asked for the slots.
const reader = connect({ scaleReads: "slave", retryDelayOnMoved: 100 });
const subscriber = connect({ shardedSubscribers: true });

redis.defineCommand("swap", {
    numberOfKeys: 1,
    lua: "local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old",
});

/** Commands without a key go to one node; asking all of them is left to the application. */
const everyMaster = (command) => Promise.all(redis.nodes("master").map(command));

const known = (found) => keys.filter((key) => found.has(key)).length;

/** The results of a pipeline or transaction are pairs of an error and a reply. */
const replies = (results) => results.map(([error, reply]) => {
    if (error) {
        throw error;
    }
    return reply;
});

const checks = {
    async pipeline_writes() {
        // Commands of one turn of the event loop go out together; an explicit pipeline must stay within one node.
        await Promise.all(keys.map((key) => redis.set(key, key)));
        const pipeline = redis.pipeline();
        for (let number = 0; number < 100; number++) {
            pipeline.set(`${prefix}{pipeline}${number}`, number);
        }
        expect(new Set(replies(await pipeline.exec())), new Set(["OK"]));
    },

    async scan_finds_every_key() {
        const found = new Set();
        await everyMaster(async (node) => {
            for await (const batch of node.scanStream({ match: `${prefix}*`, count: 1000 })) {
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
        const sizes = await everyMaster((node) => node.dbsize());
        expect(sizes.reduce((sum, size) => sum + size) >= keys.length, true);
    },

    async script_runs_on_every_shard() {
        const [digest] = await everyMaster((node) => node.script("LOAD", "return redis.call('GET', KEYS[1])"));
        for (const key of keys.slice(0, 200)) {
            expect(await redis.evalsha(digest, 1, key), key);
        }
    },

    async function_runs_on_every_shard() {
        const code = "redis.register_function{function_name='ioredis_get', flags={'no-writes'}, callback=function(keys) ";
        const library = `#!lua name=ioredis\n${code}return redis.call('GET', keys[1]) end}`;
        await everyMaster((node) => node.function("LOAD", "REPLACE", library));
        for (const key of keys.slice(0, 200)) {
            expect(await redis.fcall("ioredis_get", 1, key), key);
        }
    },

    async replicas_serve_reads() {
        for (const key of keys.slice(0, 1000)) {
            await eventually(async () => (await reader.get(key)) === key);
        }
    },

    async published_message_arrives() {
        const message = new Promise((resolve) => subscriber.once("message", (_, text) => resolve(text)));
        await subscriber.subscribe(`${prefix}channel`);
        await redis.publish(`${prefix}channel`, "hello");
        expect(await message, "hello");
        await subscriber.unsubscribe(`${prefix}channel`);
    },

    async sharded_message_arrives() {
        const message = new Promise((resolve) => subscriber.once("smessage", (_, text) => resolve(text)));
        await subscriber.ssubscribe(`${prefix}channel`);
        await redis.spublish(`${prefix}channel`, "hello");
        expect(await message, "hello");
        await subscriber.sunsubscribe(`${prefix}channel`);
    },

    async blocking_pop_waits() {
        const popped = other.blpop(`${prefix}list`, 10);
        await sleep(100);
        await redis.rpush(`${prefix}list`, "element");
        expect(await popped, [`${prefix}list`, "element"]);
    },

    async transaction_is_executed() {
        const transaction = redis.multi().set(`${prefix}{t}1`, "one").set(`${prefix}{t}2`, "two").get(`${prefix}{t}1`);
        expect(replies(await transaction.exec()), ["OK", "OK", "one"]);
    },

    async transaction_is_aborted_when_a_watched_key_changes() {
        await redis.watch(`${prefix}{t}1`);
        await other.set(`${prefix}{t}1`, "changed");
        expect(await redis.multi().set(`${prefix}{t}1`, "lost").exec(), null);
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
        const parts = Array.from({ length: 10 }, (_, part) => `{${key}}:${part}`);
        const commands = parts.flatMap((part) => [["get", part], ["set", part, number]]);
        const found = replies(await redis.pipeline(commands).exec()).filter((_, index) => index % 2 === 0);
        return Math.min(...found.map(Number));
    },

    async transaction(key, number) {
        return Number(replies(await redis.multi().get(key).set(key, number).exec())[0]);
    },

    async script(key, number) {
        return Number(await redis.swap(key, number));
    },

    async blocking(key, number) {
        await redis.rpush(key, number);
        const moved = await other.blmove(key, `{${key}}:moved`, "LEFT", "LEFT", 5);
        // A library that has lost its connection sends the command again; the one before may have been executed.
        if (moved === null && Number(await redis.lindex(`{${key}}:moved`, 0)) === number) {
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
