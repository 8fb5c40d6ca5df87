package io.undermoon.dev.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which metrics and labels an expression of Prometheus uses. It is not parsed: promtool does that. Whatever is neither
 * a function, a keyword nor a label is taken for a metric.
 */
public final class PromExpression {
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern LABELS =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern RANGE = Pattern.compile("\\[[^\\]]*]");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.$])([a-zA-Z_:][\\w:]*)(\\s*\\()?");
    private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "bool", "offset");

    /** Labels that Prometheus adds to what it scrapes. */
    private static final Set<String> OF_TARGET = Set.of("instance", "job");

    private final String text;

    public PromExpression(String text) {
        this.text = text;
    }

    /** The metrics that it uses. */
    public Set<String> metrics() {
        String bare = RANGE.matcher(
                        LABELS.matcher(SELECTOR.matcher(STRING.matcher(text).replaceAll("\"\""))
                                        .replaceAll("$1"))
                                .replaceAll(""))
                .replaceAll("");
        Set<String> metrics = new TreeSet<>();
        Matcher names = NAME.matcher(bare);
        while (names.find()) {
            if (names.group(2) == null && !KEYWORDS.contains(names.group(1))) {
                metrics.add(names.group(1));
            }
        }
        return metrics;
    }

    /** What of it does not exist among the metrics; empty if all does. */
    public List<String> problems(ScrapedMetrics scraped) {
        List<String> problems = new ArrayList<>();
        metrics().stream()
                .filter(metric -> !scraped.has(metric))
                .forEach(metric -> problems.add("no metric " + metric));
        Matcher selectors = SELECTOR.matcher(text);
        while (selectors.find()) {
            String metric = selectors.group(1);
            Matcher matchers = MATCHER.matcher(selectors.group(2));
            while (matchers.find()) {
                String problem =
                        problem(scraped.labels(metric), matchers.group(1), matchers.group(2), matchers.group(3));
                if (problem != null) {
                    problems.add("metric " + metric + " " + problem);
                }
            }
        }
        Set<String> known = labels(scraped);
        groupings().stream()
                .filter(label -> !known.contains(label))
                .forEach(label -> problems.add("no label " + label));
        return problems;
    }

    /** All labels of the metrics that it uses. */
    public Set<String> labels(ScrapedMetrics scraped) {
        Set<String> labels = metrics().stream()
                .flatMap(metric -> scraped.labels(metric).keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        labels.addAll(OF_TARGET);
        return labels;
    }

    /** The labels by which it groups or joins. */
    private Set<String> groupings() {
        Set<String> labels = new TreeSet<>();
        Matcher lists = LABELS.matcher(text);
        while (lists.find()) {
            Arrays.stream(lists.group(1).split(",", -1))
                    .map(String::strip)
                    .filter(label -> !label.isEmpty())
                    .forEach(labels::add);
        }
        return labels;
    }

    private static @Nullable String problem(
            Map<String, Set<String>> labels, String label, String operator, String value) {
        if (OF_TARGET.contains(label) || value.contains("$")) {
            return labels.containsKey(label) || OF_TARGET.contains(label) ? null : "has no label " + label;
        }
        Set<String> values = labels.get(label);
        if (values == null) {
            return "has no label " + label;
        }
        List<String> alternatives = operator.endsWith("~") ? List.of(value.split("\\|", -1)) : List.of(value);
        return alternatives.stream()
                .filter(alternative -> values.stream()
                        .noneMatch(seen ->
                                operator.endsWith("~") ? Pattern.matches(alternative, seen) : seen.equals(alternative)))
                .map(alternative -> "has no value " + alternative + " of label " + label + ", but " + values)
                .findFirst()
                .orElse(null);
    }
}
