package io.undermoon.dev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of metrics, with the values of their labels, that services have shown at {@code /q/metrics}. */
public final class ScrapedMetrics {
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Map<String, Set<String>>> metrics = new TreeMap<>();

    /** Adds what a service shows now. */
    public void scrape(int port) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/metrics"))
                        .header("Accept", "text/plain")
                        .build(),
                BodyHandlers.ofString(UTF_8));
        if (response.statusCode() != 200) {
            throw new IOException("/q/metrics at " + port + " answers " + response.statusCode());
        }
        add(response.body());
    }

    /** Adds metrics in Prometheus' text format. */
    public void add(String text) {
        Matcher samples = SAMPLE.matcher(text);
        while (samples.find()) {
            Map<String, Set<String>> labels = metrics.computeIfAbsent(samples.group(1), name -> new TreeMap<>());
            Matcher label = LABEL.matcher(samples.group(2) == null ? "" : samples.group(2));
            while (label.find()) {
                labels.computeIfAbsent(label.group(1), name -> new TreeSet<>()).add(label.group(2));
            }
        }
    }

    public boolean has(String metric) {
        return metrics.containsKey(metric);
    }

    /** The labels of a metric with all values seen. */
    public Map<String, Set<String>> labels(String metric) {
        return metrics.getOrDefault(metric, Map.of());
    }
}
