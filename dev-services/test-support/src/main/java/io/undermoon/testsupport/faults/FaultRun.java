package io.undermoon.testsupport.faults;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectIteration;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs a test against classes with a fault. */
public final class FaultRun {
    /** Whether a test was seen passing with nothing planted: where none passes, every fault seems to be noticed. */
    private static boolean sound;

    private FaultRun() {}

    /**
     * Which faults are run, the system property {@code undermoon.faults}: {@code all}, also those that take long;
     * {@code none}, but their tests, which have to pass then; else those that are noticed quickly.
     */
    private static final String FAULTS = System.getProperty("undermoon.faults", "");

    /** Whether faults that take long are run, too. */
    public static boolean isOfAll() {
        return FAULTS.equals("all");
    }

    /**
     * Fails if the test passes with the fault planted, or if fault or test are no longer there.
     */
    public static synchronized void assertNoticed(PlantedFault fault) {
        boolean isPlanted = !FAULTS.equals("none");
        if (isPlanted && !sound) {
            assertNoticed(fault, false);
            sound = true;
        }
        assertNoticed(fault, isPlanted);
    }

    private static void assertNoticed(PlantedFault fault, boolean isPlanted) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        FaultyClasses classes = new FaultyClasses(isPlanted ? fault : null, FaultRun.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(classes);
        try {
            classes.loadClass(fault.className());
            TestExecutionSummary summary = run(selectors(classes.loadClass(fault.testClass()), fault));
            if (summary.getTestsFoundCount() == 0) {
                throw new AssertionError("no such test: " + fault.testClass() + "#" + fault.testMethod());
            }
            if (isPlanted && summary.getTotalFailureCount() == 0) {
                throw new AssertionError("not noticed by " + fault.testClass() + ": " + fault);
            }
            if (!isPlanted && summary.getTotalFailureCount() > 0) {
                throw new AssertionError(
                        "fails without the fault: " + fault.testClass() + "#" + fault.testMethod(),
                        summary.getFailures().get(0).getException());
            }
        } catch (ClassNotFoundException e) {
            throw new AssertionError("no such class: " + fault, e);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static List<? extends DiscoverySelector> selectors(Class<?> testClass, PlantedFault fault) {
        String testMethod = fault.testMethod();
        if (testMethod == null) {
            return List.of(selectClass(testClass));
        }
        return Arrays.stream(testClass.getDeclaredMethods())
                .filter(method -> method.getName().equals(testMethod))
                .map(method -> selectMethod(testClass, method))
                .map(test -> fault.invocation() == 0 ? test : selectIteration(test, fault.invocation() - 1))
                .toList();
    }

    private static TestExecutionSummary run(List<? extends DiscoverySelector> selectors) {
        LauncherConfig bare = LauncherConfig.builder()
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .build();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
        Launcher launcher = LauncherFactory.create(bare);
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        launcher.execute(request, listener);
        return listener.getSummary();
    }
}
