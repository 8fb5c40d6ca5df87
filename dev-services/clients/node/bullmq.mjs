/** BullMQ (https://docs.bullmq.io) with a proxy as its Redis: node bullmq.mjs 127.0.0.1:5299 */

import { DelayedError, FlowProducer, Queue, QueueEvents, Worker } from "bullmq";
import { describe, eventually, expect, report, run, seeds, sleep, untilInputEnds } from "./suite.mjs";

const TIMEOUT_MILLIS = 10_000;
const PAUSE_MILLIS = 20;

// Scripts name keys of several queues and jobs, so all have to be in one slot.
const options = { connection: seeds()[0], prefix: "{bullmq}" };
const problems = [];

const watched = (part) => part.on("error", (error) => problems.push(describe(error)));

const queue = watched(new Queue("checks", options));
const events = watched(new QueueEvents("checks", options));
queue.setMaxListeners(0);
const limited = watched(new Queue("limited", options));
const limitedEvents = watched(new QueueEvents("limited", options));
const flows = watched(new FlowProducer(options));

/** How often each job was run, by the name that is in its data. */
const runs = new Map();

const noted = [];

const tasks = {
    add: ({ data }) => data.a + data.b,
    fail() {
        throw new Error("on purpose");
    },
    succeedAtThird({ attemptsMade }) {
        if (attemptsMade < 2) {
            throw new Error("on purpose");
        }
        return attemptsMade;
    },
    async total(job) {
        const values = Object.values(await job.getChildrenValues());
        return values.reduce((sum, value) => sum + value, 0);
    },
    async report(job) {
        await job.updateProgress(50);
        await job.log("half done");
    },
    async postpone(job, token) {
        if (job.data.postponed) {
            return "later";
        }
        await job.updateData({ postponed: true });
        await job.moveToDelayed(Date.now() + 200, token);
        throw new DelayedError();
    },
    note({ data }) {
        noted.push(data);
    },
    run({ data }) {
        runs.set(data, (runs.get(data) ?? 0) + 1);
    },
};

const work = (job, token) => tasks[job.name](job, token);
const workers = [
    watched(new Worker("checks", work, { ...options, concurrency: 4 })),
    watched(new Worker("limited", work, { ...options, limiter: { max: 2, duration: 500 } })),
];

const add = (a, b, jobOptions) => queue.add("add", { a, b }, jobOptions);
const result = (job, of = events) => job.waitUntilFinished(of, TIMEOUT_MILLIS);

const checks = {
    async job_has_a_result() {
        expect(await result(await add(1, 2)), 3);
    },

    async failure_reaches_the_caller() {
        const job = await queue.add("fail", {});
        expect((await result(job).catch((error) => error)).message, "on purpose");
        expect(await job.getState(), "failed");
    },

    async many_jobs_are_added_at_once() {
        const numbers = Array.from({ length: 20 }, (_, number) => number);
        const jobs = await queue.addBulk(numbers.map((number) => ({ name: "add", data: { a: number, b: 1 } })));
        expect(await Promise.all(jobs.map((job) => result(job))), numbers.map((number) => number + 1));
    },

    async job_is_retried() {
        const job = await queue.add("succeedAtThird", {}, { attempts: 3, backoff: { type: "fixed", delay: 100 } });
        expect(await result(job), 2);
    },

    async job_is_delayed() {
        const begin = Date.now();
        expect(await result(await add(1, 1, { delay: 500 })), 2);
        expect(Date.now() - begin >= 500, true);
    },

    async job_postpones_itself() {
        expect(await result(await queue.add("postpone", {})), "later");
    },

    async priorities_are_kept() {
        noted.splice(0);
        await limited.pause();
        for (const priority of [3, 1, 2]) {
            await limited.add("note", priority, { priority });
        }
        await limited.resume();
        await eventually(() => noted.length === 3);
        expect(noted, [1, 2, 3]);
    },

    async same_id_is_added_once() {
        const jobId = `once-${Date.now()}`;
        const jobs = [await add(1, 1, { jobId, delay: 100 }), await add(5, 5, { jobId, delay: 100 })];
        expect(await Promise.all(jobs.map((job) => result(job))), [2, 2]);
    },

    async job_scheduler_adds_jobs() {
        const scheduled = `scheduled-${Date.now()}`;
        await queue.upsertJobScheduler("scheduler", { every: 200 }, { name: "run", data: scheduled });
        await eventually(() => runs.get(scheduled) >= 2);
        expect(await queue.removeJobScheduler("scheduler"), true);
    },

    async progress_and_log_are_kept() {
        const job = await queue.add("report", {});
        const progress = new Promise((resolve) => events.once("progress", ({ data }) => resolve(data)));
        await result(job);
        expect(await progress, 50);
        expect((await queue.getJobLogs(job.id)).logs, ["half done"]);
    },

    async parent_waits_for_its_children() {
        const children = [1, 2, 3].map((a) => ({ name: "add", queueName: "limited", data: { a, b: 1 } }));
        const flow = await flows.add({ name: "total", queueName: "checks", children });
        expect(await result(flow.job), 9);
    },

    async limiter_slows_down() {
        const begin = Date.now();
        const jobs = [];
        for (let number = 0; number < 6; number++) {
            jobs.push(await limited.add("add", { a: number, b: 1 }));
        }
        await Promise.all(jobs.map((job) => result(job, limitedEvents)));
        expect(Date.now() - begin >= 500, true);
    },

    async counts_and_cleaning() {
        expect((await queue.getJobCounts("completed")).completed > 0, true);
        await queue.clean(0, 0, "completed");
        expect((await queue.getJobCounts("completed")).completed, 0);
        await limited.obliterate({ force: true });
        expect(await limited.count(), 0);
    },

    async nothing_went_wrong_meanwhile() {
        expect(problems.splice(0), []);
    },
};

/** Adds jobs, one after the other, and looks whether each that was accepted is run, once. */
async function load() {
    const accepted = [];
    let errors = 0;
    let stopping = false;
    const adding = (async () => {
        for (let number = 1; !stopping; number++) {
            const name = `job-${number}`;
            try {
                await queue.add("run", name, { removeOnComplete: true });
                accepted.push(name);
            } catch (error) {
                errors++;
                console.log(`# error in add: ${describe(error)}`);
            }
            await sleep(PAUSE_MILLIS);
        }
    })();
    const missing = () => accepted.filter((name) => !runs.has(name));
    const say = () => {
        const done = accepted.length - missing().length;
        problems.splice(0).forEach((problem) => console.log(`# error in worker: ${problem}`));
        console.log(`# done=${done} errors=${errors} lost=0`);
    };
    await untilInputEnds(say);
    stopping = true;
    await adding;
    await eventually(() => missing().length === 0, 60_000).catch(() => {});
    say();
    const twice = accepted.filter((name) => runs.get(name) > 1);
    report("load_runs_every_job", missing().length ? `${missing().length} were not run: ${missing().slice(0, 10)}` : "");
    report("load_runs_no_job_twice", twice.length ? `${twice.length} were: ${twice.slice(0, 10)}` : "");
    return missing().length + twice.length === 0;
}

await Promise.all([events, limitedEvents, ...workers].map((part) => part.waitUntilReady()));
await run(checks, load);
