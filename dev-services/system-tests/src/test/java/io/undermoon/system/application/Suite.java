package io.undermoon.system.application;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/**
 * The checks and the load of a program, with what they print: TAP (testanything.org), and twice a second a line about
 * the load, which goes on until the standard input ends.
 */
final class Suite {
    private static final int KEYS = 20;
    private static final int PAUSE_MILLIS = 5;
    private static final int TALLY_MILLIS = 500;

    private final Map<String, ThrowingRunnable> checks = new LinkedHashMap<>();
    private final Step step;
    private final Map<String, Long> acknowledged = new HashMap<>();
    private long number;
    private volatile long done;
    private volatile long errors;
    private volatile long lost;

    /** Stores a number under a key and returns the one it found there, 0 if none. */
    interface Step {
        long exchange(String key, long number) throws Exception;
    }

    Suite(Step step) {
        this.step = step;
    }

    void check(String name, ThrowingRunnable check) {
        checks.put(name, check);
    }

    /** Waits for what happens at once, or a moment later. */
    static void eventually(Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(10))
                .until(condition);
    }

    /** Runs all checks, and if it is to, the load and the checks again; whether all went well. */
    boolean run(boolean withLoad) throws InterruptedException {
        boolean passed = runChecks();
        return withLoad ? runLoad() & runChecks() & passed : passed;
    }

    private boolean runChecks() {
        boolean passed = true;
        for (Map.Entry<String, ThrowingRunnable> check : checks.entrySet()) {
            try {
                check.getValue().run();
                System.out.println("ok - " + check.getKey());
            } catch (Throwable e) {
                e.printStackTrace(System.out);
                System.out.println("not ok - " + check.getKey() + ": " + describe(e));
                passed = false;
            }
        }
        return passed;
    }

    private static String describe(Throwable error) {
        return error.toString().replace('\n', ' ');
    }

    private boolean runLoad() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread input = new Thread(() -> awaitEndOfInput(ended));
        input.setDaemon(true);
        input.start();
        Thread exchanging = new Thread(() -> {
            while (ended.getCount() > 0) {
                exchangeOnEveryKey();
            }
            exchangeOnEveryKey();
        });
        exchanging.start();
        while (!ended.await(TALLY_MILLIS, TimeUnit.MILLISECONDS)) {
            tally();
        }
        exchanging.join();
        tally();
        System.out.println((lost == 0 ? "ok" : "not ok") + " - load_keeps_acknowledged_writes: " + lost + " are lost");
        return lost == 0;
    }

    private static void awaitEndOfInput(CountDownLatch ended) {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.out.println("# standard input ends with " + e);
        }
        ended.countDown();
    }

    private void exchangeOnEveryKey() {
        for (int i = 0; i < KEYS; i++) {
            String key = "load-" + i;
            number++;
            try {
                if (step.exchange(key, number) < acknowledged.getOrDefault(key, 0L)) {
                    lost++;
                }
                acknowledged.put(key, number);
                done++;
                Thread.sleep(PAUSE_MILLIS);
            } catch (Exception | AssertionError e) {
                errors++;
                System.out.println("# error in step: " + describe(e));
            }
        }
    }

    private void tally() {
        System.out.println("# done=" + done + " errors=" + errors + " lost=" + lost);
    }
}
