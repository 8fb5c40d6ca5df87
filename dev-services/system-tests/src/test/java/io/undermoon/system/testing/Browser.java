package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.os.Programs;
import io.undermoon.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A Chromium without a window, driven by the DevTools protocol. It remembers what the page has loaded, and what went
 * wrong in it.
 */
public final class Browser implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int READY_SECONDS = 60;

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger nextId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();

    /** The browser of this machine, if there is one. */
    public static Optional<Path> program() {
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Programs.onPath(name).stream())
                .findFirst();
    }

    /** @param profile a directory of its own */
    public Browser(Path program, Path profile) throws IOException {
        Files.createDirectories(profile);
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--force-device-scale-factor=1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("browser.log").toFile())
                .start();
        boolean isUp = false;
        try {
            Path ports = profile.resolve("DevToolsActivePort");
            Awaitility.await("the browser listens")
                    .atMost(Duration.ofSeconds(READY_SECONDS))
                    .until(() -> Files.exists(ports) && Files.readString(ports).contains("\n"));
            String port = Files.readAllLines(ports).get(0);
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(page(port), new Messages())
                    .join();
            for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
                call(domain + ".enable", Map.of());
            }
            isUp = true;
        } finally {
            if (!isUp) {
                process.destroyForcibly();
            }
        }
    }

    private static URI page(String port) throws IOException {
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .build();
        try {
            JsonNode targets = Json.mapper()
                    .readTree(HttpClient.newHttpClient()
                            .send(list, BodyHandlers.ofString())
                            .body());
            for (JsonNode target : targets) {
                if (target.path("type").asText().equals("page")) {
                    return URI.create(target.path("webSocketDebuggerUrl").asText());
                }
            }
            throw new IOException("the browser has no page: " + targets);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }

    private void received(String message) {
        JsonNode json;
        try {
            json = Json.mapper().readTree(message);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        JsonNode parameters = json.path("params");
        switch (json.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                requests.add(parameters.at("/request/url").asText());
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Runtime.exceptionThrown" ->
                errors.add(
                        parameters.at("/exceptionDetails/exception/description").asText());
            case "Log.entryAdded" -> {
                if (parameters.at("/entry/level").asText().equals("error")) {
                    errors.add(parameters.at("/entry/text").asText() + " "
                            + parameters.at("/entry/url").asText());
                }
            }
            default -> {
                CompletableFuture<JsonNode> call = calls.remove(json.path("id").asInt(-1));
                if (call != null) {
                    call.complete(json);
                }
            }
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        int id = nextId.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        calls.put(id, answer);
        ObjectNode message = Json.mapper().createObjectNode();
        message.put("id", id).put("method", method);
        message.set("params", Json.mapper().valueToTree(parameters));
        synchronized (calls) {
            socket.sendText(message.toString(), true).join();
        }
        JsonNode reply = answer.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
        assertThat(reply.has("error")).as("%s: %s", method, reply).isFalse();
        return reply.path("result");
    }

    /** Loads a page, also where it is the one that is there, and forgets what the former ones have loaded. */
    public void open(String url) {
        load("about:blank");
        requests.clear();
        errors.clear();
        load(url);
    }

    private void load(String url) {
        CompletableFuture<Void> load = new CompletableFuture<>();
        loaded = load;
        call("Page.navigate", Map.of("url", url));
        load.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The value of an expression in the page. */
    public JsonNode evaluate(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        assertThat(result.has("exceptionDetails"))
                .as("%s: %s", expression, result)
                .isFalse();
        return result.at("/result/value");
    }

    /** Waits until an expression is true. */
    public void await(String expression, Duration limit) {
        Awaitility.await(expression)
                .atMost(limit)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> evaluate("Boolean(" + expression + ")").asBoolean());
    }

    /** Waits until an element is there. */
    public void awaitElement(String selector) {
        await("document.querySelector(" + quoted(selector) + ")", TIMEOUT);
    }

    /** Waits until an element has a text in it. */
    public void awaitText(String selector, String text) {
        await("document.querySelector(" + quoted(selector) + ")?.textContent.includes(" + quoted(text) + ")", TIMEOUT);
    }

    public boolean has(String selector) {
        return evaluate("Boolean(document.querySelector(" + quoted(selector) + "))")
                .asBoolean();
    }

    public String text(String selector) {
        return evaluate("document.querySelector(" + quoted(selector) + ").textContent")
                .asText();
    }

    /** Clicks on an element as soon as it is there and can be clicked on. */
    public void click(String selector) {
        String element = "document.querySelector(" + quoted(selector) + ")";
        await(element + " && !" + element + ".disabled", TIMEOUT);
        evaluate(element + ".click()");
    }

    /** Replaces what is in a field by a text, as if it were typed. */
    public void fill(String selector, String text) {
        awaitElement(selector);
        evaluate("{ const field = document.querySelector(" + quoted(selector)
                + "); field.focus(); field.select?.(); field.value = ''; }");
        call("Input.insertText", Map.of("text", text));
    }

    /** Presses a key, such as {@code Tab} or {@code Enter}. */
    public void press(String key) {
        Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13, "Escape", 27);
        Map<String, Object> event =
                new HashMap<>(Map.of("key", key, "code", key, "windowsVirtualKeyCode", codes.getOrDefault(key, 0)));
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        event.put("type", "keyDown");
        call("Input.dispatchKeyEvent", event);
        event.put("type", "keyUp");
        call("Input.dispatchKeyEvent", event);
    }

    /** Gives the page a size. */
    public void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    public void dark(boolean isDark) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
    }

    /** Takes a picture of what is on the screen. */
    public void picture(Path file) throws IOException {
        String data = call("Page.captureScreenshot", Map.of("format", "png"))
                .path("data")
                .asText();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(data));
    }

    /** The URLs that were asked for since the page was opened. */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    /** What went wrong in the page since it was opened: exceptions, violations of its policy, failed requests. */
    public List<String> errors() {
        return new ArrayList<>(errors);
    }

    public static String quoted(String text) {
        try {
            return Json.mapper().writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
