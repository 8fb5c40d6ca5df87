/** Runs the checks and the load of a client program, and prints what came of them as TAP (testanything.org). */

import { isDeepStrictEqual } from "node:util";

const KEYS_OF_A_WORKER = 20;
const PAUSE_MILLIS = 5;
const CHECK_TIMEOUT_MILLIS = 30_000;

export const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

export function expect(actual, expected) {
    if (!isDeepStrictEqual(actual, expected)) {
        throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
    }
}

/** Replicas and subscriptions follow a moment later. */
export async function eventually(condition, millis = 10_000) {
    const deadline = Date.now() + millis;
    while (!(await condition())) {
        if (Date.now() > deadline) {
            throw new Error(`nothing of the kind happened within ${millis} ms`);
        }
        await sleep(10);
    }
}

/** The hosts and ports that the first argument names: some proxies of the cluster. */
export function seeds() {
    if (process.argv.length < 3) {
        console.error(`usage: node ${process.argv[1]} <host>:<port>[,<host>:<port>...] [load]`);
        process.exit(1);
    }
    return process.argv[2].split(",").map((seed) => {
        const colon = seed.lastIndexOf(":");
        return { host: seed.slice(0, colon), port: Number(seed.slice(colon + 1)) };
    });
}

/**
 * Runs the checks; with the argument `load` then the load, until standard input ends, and the checks again.
 *
 * @param checks functions without parameters that throw when the cluster does not do what it should
 * @param steps functions (key, number) that store the number and return the one they found before, 0 if none
 */
export function main(prefix, checks, steps) {
    return run(checks, () => runLoad(prefix, steps));
}

/** The same with a load of one's own, a function that resolves to whether all went well. */
export async function run(checks, loadUntilInputEnds) {
    let passed = await runChecks(checks);
    if (process.argv[3] === "load") {
        passed = (await loadUntilInputEnds()) && passed;
        passed = (await runChecks(checks)) && passed;
    }
    process.exit(passed ? 0 : 1);
}

async function runChecks(checks) {
    let passed = true;
    for (const [name, check] of Object.entries(checks)) {
        try {
            await Promise.race([check(), timeout()]);
            report(name);
        } catch (error) {
            console.error(error);
            report(name, describe(error));
            passed = false;
        }
    }
    return passed;
}

async function timeout() {
    await sleep(CHECK_TIMEOUT_MILLIS);
    throw new Error(`does not end within ${CHECK_TIMEOUT_MILLIS} ms`);
}

export function report(name, problem) {
    console.log(problem ? `not ok - ${name}: ${problem}` : `ok - ${name}`);
}

export function describe(error) {
    return `${error.name}: ${error.message}`.replaceAll("\n", " ");
}

async function runLoad(prefix, steps) {
    const workers = Object.entries(steps).map(([name, step]) => new Worker(name, step, `${prefix}load:${name}:`));
    const running = workers.map((worker) => worker.run());
    await untilInputEnds(() => console.log(tally(workers)));
    workers.forEach((worker) => (worker.stopping = true));
    await Promise.all(running);
    console.log(tally(workers));
    const lost = sum(workers, "lost");
    report("load_keeps_acknowledged_writes", lost ? `${lost} are lost` : undefined);
    return lost === 0;
}

/** Calls the function twice a second until standard input ends. */
export async function untilInputEnds(say) {
    const saying = setInterval(say, 500);
    await new Promise((resolve) => process.stdin.on("end", resolve).resume());
    clearInterval(saying);
}

function tally(workers) {
    return `# done=${sum(workers, "done")} errors=${sum(workers, "errors")} lost=${sum(workers, "lost")}`;
}

function sum(workers, name) {
    return workers.reduce((total, worker) => total + worker[name], 0);
}

/** Does one step over and over, on a few keys of its own, and knows what was acknowledged. */
class Worker {
    number = 0;
    done = 0;
    errors = 0;
    lost = 0;
    stopping = false;

    constructor(name, step, prefix) {
        this.name = name;
        this.step = step;
        this.acknowledged = new Map(Array.from({ length: KEYS_OF_A_WORKER }, (_, index) => [prefix + index, 0]));
    }

    /** Ends when it is to stop, once all keys were looked at a last time. */
    async run() {
        while (!this.stopping) {
            await this.onceOnEveryKey();
        }
        await this.onceOnEveryKey();
    }

    async onceOnEveryKey() {
        for (const [key, least] of this.acknowledged) {
            this.number++;
            try {
                const found = await this.step(key, this.number);
                if (found < least) {
                    this.lost++;
                    console.log(`# lost in ${this.name}: ${key} has ${found}, not ${least}`);
                }
                this.acknowledged.set(key, this.number);
                this.done++;
            } catch (error) {
                this.errors++;
                console.log(`# error in ${this.name}: ${describe(error)}`);
            }
            await sleep(PAUSE_MILLIS);
        }
    }
}
