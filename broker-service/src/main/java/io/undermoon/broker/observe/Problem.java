package io.undermoon.broker.observe;

import io.undermoon.metadata.ClusterName;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it should be.
 *
 * @param kind what kind of problem it is, for programs
 * @param cluster absent if it is about none
 * @param subject the proxy, node, host or other thing that it is about
 * @param forSeconds how long it has been so; absent if that is not known
 * @param what is the case
 * @param means what follows from it
 * @param todo what helps
 * @param remedies what can be done here
 */
public record Problem(
        String kind,
        Severity severity,
        @Nullable ClusterName cluster,
        String subject,
        @Nullable Long forSeconds,
        String what,
        String means,
        String todo,
        List<Remedy> remedies) {
    public Problem {
        remedies = List.copyOf(remedies);
    }

    /** How bad it is, the worst first. */
    public enum Severity {
        /** Something is not served, or is about to be lost. */
        CRITICAL,
        /** One more failure would hurt. */
        WARNING,
        /** Worth knowing. */
        NOTICE;

        /** The name in replies. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A call that helps.
     *
     * @param action as in a preview
     * @param subject of the action
     */
    public record Remedy(String action, String subject) {}

    /** A problem for which there is nothing to click on. */
    static Problem of(
            String kind,
            Severity severity,
            @Nullable ClusterName cluster,
            Object subject,
            String what,
            String means,
            String todo) {
        return new Problem(kind, severity, cluster, subject.toString(), null, what, means, todo, List.of());
    }

    Problem with(Remedy remedy) {
        return new Problem(kind, severity, cluster, subject, forSeconds, what, means, todo, List.of(remedy));
    }

    Problem since(long seconds) {
        return new Problem(kind, severity, cluster, subject, seconds, what, means, todo, remedies);
    }
}
