package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.undermoon.metadata.ClusterName;
import io.undermoon.system.testing.Browser;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.testsupport.Sha256;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * The web console in a real browser, of a stack of real processes with accounts. The tests follow each other on one
 * stack. {@code -Dundermoon.console.pictures=<directory>} has them take pictures of the screens.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
    private static final ClusterName DEMO = new ClusterName("demo");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String VIEWER = "token-of-a-viewer";
    private static final String OPERATOR = "token-of-an-operator";
    private static final String ADMIN = "token-of-an-admin";
    private static final String NOTHING_MOVES =
            "document.querySelector('#moving').textContent.includes('Nothing moves')";
    private static final String CLOSED = "!document.getElementById('dialog').open";

    @TempDir
    private static Path directory;

    private static LiveStack stack;
    private static Browser browser;
    private static String base;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        assumeThat(Boolean.getBoolean("undermoon.browser"))
                .as("the console is tested in a browser with -Dundermoon.browser=true")
                .isTrue();
        Optional<Path> program = Browser.program();
        assumeThat(program)
                .as("the console is tested in a browser, and there is none on the PATH: apt-get install chromium")
                .isPresent();
        Path accounts = directory.resolve("accounts");
        Files.writeString(
                accounts,
                "vera viewer #" + Sha256.of(VIEWER) + "\nolaf operator #" + Sha256.of(OPERATOR) + "\nada admin #"
                        + Sha256.of(ADMIN) + "\n");
        Path data = Files.createDirectory(directory.resolve("stack"));
        stack = new LiveStack(
                data,
                DEMO,
                4,
                5,
                Map.of(
                        "UNDERMOON_ACCOUNTS_FILE",
                        accounts.toString(),
                        "UNDERMOON_BROKER_TOKEN",
                        OPERATOR,
                        "UNDERMOON_AUTO_BALANCE",
                        "false"));
        base = "http://127.0.0.1:" + stack.ports().broker();
        try (Jedis client = new Jedis("127.0.0.1", stack.ports().proxyResp(0));
                Jedis other = new Jedis("127.0.0.1", stack.ports().proxyResp(1))) {
            for (Jedis one : List.of(client, other)) {
                Pipeline pipeline = one.pipelined();
                for (int i = 0; i < 4000; i++) {
                    pipeline.set("key" + i, "value" + i);
                }
                pipeline.syncAndReturnAll();
            }
        }
        browser = new Browser(program.get(), directory.resolve("profile"));
        browser.size(1280, 900);
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (browser != null) {
            browser.close();
        }
        if (stack != null) {
            stack.down();
        }
    }

    @Test
    @Order(1)
    void asks_for_a_token_and_refuses_a_wrong_one() {
        browser.open(base + "/");
        browser.awaitElement("#token");
        assertThat(browser.evaluate("document.activeElement.id").asText()).isEqualTo("token");
        browser.fill("#token", "a guess");
        browser.press("Enter");
        browser.awaitText("#login [role=alert]", "did not work");
        signIn(VIEWER);
        browser.awaitText("#role", "vera, viewer");
    }

    @Test
    @Order(2)
    void answers_the_four_questions_at_one_glance_and_shows_a_viewer_no_action() throws IOException {
        browser.awaitText("#serving", "All slots of 1 cluster are served");
        browser.await(
                "document.querySelector('#copies').textContent.includes('All 2 masters have a replica in sync')",
                LIMIT);
        browser.awaitText("#moving", "Nothing moves");
        browser.awaitElement("#c-demo");
        assertThat(browser.has("button[data-action]")).isFalse();
        go("#/clusters/demo");
        browser.awaitElement("#map");
        assertThat(browser.has("button[data-action]")).isFalse();
        assertThat(call("POST", "/preview", VIEWER, "{\"action\":\"balance\",\"cluster\":\"demo\"}")
                        .statusCode())
                .as("the page only hides what the broker refuses")
                .isEqualTo(403);
        browser.click("#sign-out");
        browser.awaitElement("#token");
        assertThat(browser.evaluate("sessionStorage.length").asInt()).isZero();
        signIn(OPERATOR);
        browser.awaitText("#role", "olaf, operator");
    }

    @Test
    @Order(3)
    void shows_a_cluster_with_its_slots_figures_and_nodes() {
        go("#/clusters/demo");
        browser.awaitElement("#map");
        assertThat(browser.evaluate("document.getElementById('map').getAttribute('aria-label')")
                        .asText())
                .contains("has 8192 slots");
        assertThat(browser.evaluate("new Set(document.getElementById('map').getContext('2d')"
                                + ".getImageData(0, 0, 256, 64).data.filter((value, i) => i % 4 === 0)).size")
                        .asInt())
                .as("the colours of two masters")
                .isEqualTo(2);
        browser.await("document.querySelectorAll('#nodes tbody tr').length === 4", LIMIT);
        browser.await("document.querySelector('#nodes').textContent.includes('in sync')", LIMIT);
        go("#/");
        // Both masters have some of the keys.
        browser.await("/[1-9]/.test(document.querySelectorAll('#c-demo td')[8].textContent)", LIMIT);
        go("#/hosts");
        browser.awaitElement("#hosts");
        go("#/proxies");
        browser.await("document.querySelectorAll('#proxies tbody tr').length === 5", LIMIT);
        browser.fill("#filter", "free");
        browser.await("document.querySelectorAll('#proxies tbody tr').length === 3", LIMIT);
        go("#/audit");
        browser.awaitText("#audit", "/api/v3/clusters/meta/demo");
    }

    @Test
    @Order(4)
    void loads_nothing_from_elsewhere_and_little_at_first() {
        browser.open(base + "/");
        browser.awaitElement("#c-demo");
        assertThat(browser.requests()).isNotEmpty().allMatch(url -> url.startsWith(base + "/"));
        assertThat(browser.evaluate(
                                "performance.getEntriesByType('resource').filter(one => one.name.includes('/console/'))"
                                        + ".reduce((sum, one) => sum + one.decodedBodySize, 0)"
                                        + " + performance.getEntriesByType('navigation')[0].decodedBodySize")
                        .asInt())
                .isBetween(20_000, 150_000);
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    @Order(5)
    void creates_and_removes_a_cluster() {
        go("#/");
        browser.click("button[data-action=create]");
        browser.fill("[name=cluster]", "demo");
        browser.awaitText("#preview", "demo");
        browser.awaitText("#preview", "not possible");
        assertThat(browser.evaluate("document.getElementById('confirm').disabled")
                        .asBoolean())
                .isTrue();
        browser.fill("[name=cluster]", "second");
        browser.awaitText("#preview", "Cluster second is created with 4 nodes");
        browser.click("#confirm");
        browser.await("location.hash === '#/clusters/second' && " + CLOSED, LIMIT);
        browser.awaitText("h1", "second");
        browser.click("#cluster-actions button[data-action=remove]");
        browser.awaitText("#preview", "all its keys are lost");
        assertThat(browser.evaluate("document.getElementById('confirm').disabled")
                        .asBoolean())
                .as("the name has to be typed")
                .isTrue();
        browser.fill("#typed", "second");
        browser.click("#confirm");
        browser.await(
                "location.hash === '#/' && document.querySelector('#clusters') && "
                        + "!document.querySelector('#c-second')",
                LIMIT);
    }

    @Test
    @Order(6)
    void scales_with_a_preview_and_live_progress() {
        go("#/clusters/demo");
        browser.click("#cluster-actions button[data-action=scale]");
        browser.fill("[name=node_number]", "8");
        browser.awaitText("#preview", "8192 slots of cluster demo go in");
        browser.awaitText("#preview", "key");
        browser.click("#confirm");
        browser.await("document.querySelector('#followed')?.textContent.includes('Done')", LIMIT);
        browser.press("Escape");
        browser.await(CLOSED, LIMIT);
        browser.await("document.querySelectorAll('#nodes tbody tr').length === 8", LIMIT);
        browser.await(
                "document.querySelector('#map').getAttribute('aria-label').split('4096 slots').length === 5", LIMIT);
    }

    @Test
    @Order(7)
    void moves_slots_and_spreads_them_again() {
        go("#/clusters/demo");
        browser.click("#cluster-actions button[data-action=reshard]");
        browser.fill("[name=slot_number]", "300");
        browser.awaitText("#preview", "300 slots of cluster demo go in");
        browser.click("#confirm");
        browser.await("document.querySelector('#followed')", LIMIT);
        browser.press("Escape");
        browser.await("document.querySelector('#map').getAttribute('aria-label').includes('has 4396 slots')", LIMIT);
        browser.click("#cluster-actions button[data-action=rebalance]");
        browser.awaitText("#preview", "300 slots of cluster demo go in");
        browser.click("#confirm");
        browser.await("document.querySelector('#followed')", LIMIT);
        browser.press("Escape");
        browser.await(
                "document.querySelector('#map').getAttribute('aria-label').split('4096 slots').length === 5", LIMIT);
    }

    @Test
    @Order(8)
    void aborts_moves_that_run() {
        // A move that cannot end before it is aborted: each scan is followed by a long pause.
        configure("migration_scan_interval", "1000000");
        configure("migration_scan_count", "1");
        go("#/clusters/demo");
        browser.click("#cluster-actions button[data-action=scale]");
        browser.fill("[name=node_number]", "4");
        browser.awaitText("#preview", "8192 slots");
        browser.click("#confirm");
        browser.awaitText("#progress", "to go in");
        browser.press("Escape");
        browser.awaitElement("#moves");
        browser.awaitText("#m-0", "copying");
        browser.click("h2 button[data-action=abort]");
        browser.awaitText("#preview", "given up");
        browser.click("#confirm");
        browser.await("document.querySelector('#followed')", LIMIT);
        browser.press("Escape");
        browser.await(CLOSED + " && !document.querySelector('#moves')", LIMIT);
        configure("migration_scan_interval", "");
        assertThat(browser.text("#main")).contains("migration_scan_count 1");
        configure("migration_scan_count", "16");
    }

    @Test
    @Order(9)
    void drains_a_host_and_stops_it() {
        go("#/hosts");
        browser.click("#h-local-5 button[data-action=drain]");
        browser.awaitText("#preview", "Host local-5 is emptied");
        browser.click("#confirm");
        browser.awaitText("#h-local-5", "drain");
        browser.awaitText("#h-local-5", "Stop draining");
        browser.click("#h-local-5 button[data-action=cancel_drain]");
        browser.awaitText("#preview", "may be used again");
        browser.click("#confirm");
        browser.await("!document.querySelector('#h-local-5').textContent.includes('Stop')", LIMIT);
    }

    @Test
    @Order(10)
    void asks_for_more_copies() {
        configure("copies", "3");
        // Two chunks, and one free proxy: one of them gets a spare, the other one is missed.
        browser.await("document.querySelector('#nodes').textContent.includes('spare')", LIMIT);
        browser.await("document.querySelector('[data-kind=spare_missing]')", LIMIT);
        configure("copies", "2");
        browser.await("!document.querySelector('#nodes').textContent.includes('spare')", LIMIT);
    }

    @Test
    @Order(11)
    void switches_over_and_back_and_does_maintenance() {
        go("#/clusters/demo");
        String replica = browser.evaluate("JSON.parse(document.querySelector('#nodes [data-action=switchover]"
                        + "[data-values*=node]').dataset.values).node")
                .asText();
        browser.await("!document.querySelector('#nodes').textContent.includes('not in sync')", LIMIT);
        browser.click("[id='n-" + replica + "'] [data-action=switchover][data-values*=node]");
        browser.awaitText("#preview", replica);
        browser.awaitText("#preview", "becomes master");
        browser.click("#confirm");
        browser.await("document.getElementById('n-" + replica + "').textContent.includes('master')", LIMIT);
        browser.await("document.querySelector('[data-kind=uneven_masters]')", LIMIT);
        browser.await("!document.querySelector('#nodes').textContent.includes('not in sync')", LIMIT);
        browser.click("#cluster-actions [data-action=balance]");
        browser.awaitText("#preview", "becomes master");
        browser.click("#confirm");
        browser.await("!document.querySelector('[data-kind=uneven_masters]')", LIMIT);
        String proxy = proxy(0);
        browser.await("!document.querySelector('#nodes').textContent.includes('not in sync')", LIMIT);
        browser.click("[data-action=maintenance][data-values*='" + proxy + "']");
        browser.awaitText("#preview", "under maintenance");
        browser.click("#confirm");
        browser.awaitText("#progress", "stop");
        browser.press("Escape");
        browser.click("[data-action=end_maintenance][data-values*='" + proxy + "']");
        browser.awaitText("#preview", "ends");
        browser.click("#confirm");
        browser.awaitElement("[data-action=maintenance][data-values*='" + proxy + "']");
        browser.await("!document.querySelector('#nodes').textContent.includes('not in sync')", LIMIT);
        browser.click("#cluster-actions [data-action=balance]");
        browser.awaitText("#preview", "becomes master");
        browser.click("#confirm");
        browser.await(CLOSED + " && !document.querySelector('[data-kind=uneven_masters]')", LIMIT);
    }

    @Test
    @Order(12)
    void can_be_used_without_a_mouse() {
        browser.open(base + "/#/clusters/demo");
        browser.awaitElement("#cluster-actions");
        browser.press("Tab");
        assertThat(browser.evaluate("document.activeElement.className").asText())
                .isEqualTo("skip");
        tabTo("document.activeElement.matches('#cluster-actions [data-action=balance]')");
        // The page is made anew each second meanwhile, and the focus stays.
        String revision = browser.evaluate("performance.getEntriesByType('resource').length")
                .asText();
        browser.await("performance.getEntriesByType('resource').length > " + revision + " + 2", LIMIT);
        assertThat(browser.evaluate("document.activeElement.dataset.action").asText())
                .isEqualTo("balance");
        browser.press("Enter");
        browser.awaitText("#dialog-title", "Give each half");
        assertThat(browser.evaluate("document.getElementById('dialog').contains(document.activeElement)")
                        .asBoolean())
                .isTrue();
        browser.press("Escape");
        browser.await(CLOSED, LIMIT);
        assertThat(browser.evaluate("document.activeElement.dataset.action").asText())
                .as("the focus is where it was")
                .isEqualTo("balance");
        assertThat(browser.evaluate("[...document.querySelectorAll('button, a, input, select, canvas, [role=img]')]"
                                + ".filter(one => !(one.getAttribute('aria-label') || one.textContent.trim()"
                                + " || one.labels?.length)).length")
                        .asInt())
                .as("elements without a name for screen readers")
                .isZero();
    }

    @Test
    @Order(13)
    void shows_hot_slots_and_keys_while_somebody_looks() throws IOException {
        try (Jedis client = new Jedis("127.0.0.1", stack.ports().proxyResp(0))) {
            go("#/clusters/demo");
            browser.click("#usage summary");
            browser.awaitElement("#hot-slots-table");
            browser.click("[data-count-slots=true]");
            browser.await(
                    "document.querySelector('#hot-slots').textContent.includes('Slots with most commands')", LIMIT);
            String key = keyAt(client);
            long end = System.nanoTime() + LIMIT.toNanos();
            while (!browser.evaluate("document.querySelector('#hot-keys-table tbody')?.textContent.includes('" + key
                            + "') && !!document.querySelector('#hot-slots-table')")
                    .asBoolean()) {
                assertThat(System.nanoTime()).as("time of the last look").isLessThan(end);
                for (int i = 0; i < 200; i++) {
                    client.get(key);
                }
            }
            picture("hot");
            browser.click("[data-open-key='" + key + "']");
            browser.awaitText("#key-value", "value");
            browser.awaitText("h1", "Keys of");
        }
    }

    /** A key behind the proxy of a client. */
    private static String keyAt(Jedis client) {
        for (int i = 0; ; i++) {
            try {
                if (client.get("key" + i) != null) {
                    return "key" + i;
                }
            } catch (JedisMovedDataException e) {
                // Behind another proxy.
            }
        }
    }

    @Test
    @Order(14)
    void browses_keys_and_runs_commands() throws IOException {
        go("#/keys/demo");
        browser.awaitText("#main", "The command line is for admins");
        browser.click("#sign-out");
        browser.awaitElement("#token");
        signIn(ADMIN);
        browser.awaitText("#role", "ada, admin");
        go("#/keys/demo");
        browser.fill("#command", "HSET shelf:1 title \"a b\"");
        browser.press("Enter");
        browser.awaitText("#replies", "(integer) 1");
        browser.fill("#command", "SUBSCRIBE news");
        browser.press("Enter");
        browser.awaitText("#replies", "use redis-cli");
        browser.press("ArrowUp");
        browser.press("ArrowUp");
        assertThat(browser.evaluate("document.getElementById('command').value").asText())
                .startsWith("HSET");
        browser.fill("#pattern", "shelf:*");
        browser.press("Enter");
        browser.await("document.querySelectorAll('#keys tbody tr').length === 1", LIMIT);
        browser.click("#keys button.key");
        browser.awaitText("#elements", "a b");
        browser.awaitText("#key-value", "never");
        browser.click("#ask-ttl");
        browser.await("document.activeElement.id === 'ttl'", LIMIT);
        browser.fill("#ttl", "90");
        browser.press("Enter");
        browser.await("/expires in [0-9]+ s/.test(document.querySelector('#key-value').textContent)", LIMIT);
        browser.click("#ask-delete");
        browser.await("document.activeElement.id === 'delete-key'", LIMIT);
        browser.press("Enter");
        browser.await("!document.querySelector('#key-value') && !document.querySelector('#keys')", LIMIT);
        browser.fill("#data-user", "nobody");
        browser.fill("#data-password", "a-guess-at-a-password");
        browser.fill("#pattern", "key1*");
        browser.press("Enter");
        browser.awaitText("#keys-error", "does not let 'nobody' in");
        assertThat(browser.evaluate("document.documentElement.outerHTML + JSON.stringify({...sessionStorage})"
                                + " + location.href")
                        .asText())
                .doesNotContain("a-guess-at-a-password");
        assertThat(browser.requests()).noneMatch(url -> url.contains("a-guess-at-a-password"));
        browser.evaluate("for (const field of document.querySelectorAll('#data-user, #data-password')) {"
                + " field.value = ''; field.dispatchEvent(new Event('input', { bubbles: true })); }");
        browser.click("#list-keys button.main");
        browser.await("document.querySelectorAll('#keys tbody tr').length > 50", LIMIT);
        picture("keys");
        browser.click("#sign-out");
        browser.awaitElement("#token");
        signIn(OPERATOR);
        browser.awaitText("#role", "olaf, operator");
    }

    @Test
    @Order(15)
    void fits_a_telephone() throws IOException {
        for (String page : List.of("#/", "#/clusters/demo", "#/keys/demo", "#/hosts", "#/proxies", "#/audit")) {
            browser.size(380, 800);
            go(page);
            browser.awaitElement("main > [id^=page-]");
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .as("width of " + page)
                    .isLessThanOrEqualTo(380);
        }
        takePictures();
    }

    @Test
    @Order(16)
    void shows_a_proxy_that_hangs_or_is_gone_within_two_seconds() throws IOException, InterruptedException {
        go("#/");
        browser.await("document.querySelector('#attention').textContent.includes('Nothing')", LIMIT);
        browser.await(NOTHING_MOVES, LIMIT);
        stack.pause("proxy-1");
        try {
            browser.await("document.querySelector('[data-kind=proxy_silent].critical')", Duration.ofSeconds(2));
            assertThat(browser.text("[data-kind=proxy_silent]"))
                    .contains(proxy(0), "does not answer", "slots are not served", "What to do: Start the proxy");
            browser.awaitText("#serving", "not served");
        } finally {
            stack.resume("proxy-1");
        }
        browser.await("!document.querySelector('[data-kind=proxy_silent]')", LIMIT);
        stack.kill("proxy-1");
        browser.await(
                "document.querySelector('[data-kind=proxy_silent], [data-kind=free_proxy_silent]')",
                Duration.ofSeconds(2));
        picture("failing");
        browser.await("document.querySelector('#serving').textContent.includes('are served')", LIMIT);
        browser.await("document.querySelector('#copies').textContent.includes('All 4 masters')", LIMIT);
        stack.up();
        browser.await("!document.querySelector('[data-kind=free_proxy_silent]')", LIMIT);
    }

    @Test
    @Order(17)
    void gives_up_on_a_proxy_and_removes_it() throws IOException {
        go("#/proxies");
        browser.fill("#filter", "free");
        browser.await("document.querySelectorAll('#proxies tbody tr').length === 1", LIMIT);
        String free = browser.evaluate("document.querySelector('#proxies tbody tr').id.slice(2)")
                .asText();
        stack.kill("proxy-"
                + (1 + (Integer.parseInt(free.split(":")[1]) - stack.ports().proxyResp(0)) / 2));
        browser.click("[id='x-" + free + "'] [data-action=remove_proxy]");
        browser.awaitText("#preview", "is not registered any more");
        browser.click("#confirm");
        browser.await("!document.getElementById('x-" + free + "')", LIMIT);
        go("#/clusters/demo");
        browser.click("#nodes [data-action=failover]");
        browser.awaitText("#preview", "counts as failed");
        browser.awaitText("#preview", "It is not replaced");
        browser.press("Escape");
        browser.await(CLOSED, LIMIT);
        String proxy = browser.evaluate("JSON.parse(document.querySelector('#nodes [data-action=switchover]"
                        + "[data-values*=proxy]').dataset.values).proxy")
                .asText();
        browser.click("#nodes [data-action=switchover][data-values*='" + proxy + "']");
        browser.awaitText("#preview", "becomes master");
        browser.click("#confirm");
        browser.await(CLOSED + " && document.querySelector('[data-kind=uneven_masters]')", LIMIT);
        assertThat(browser.errors())
                .filteredOn(error -> !error.contains("status of 4"))
                .isEmpty();
    }

    @Test
    @Order(18)
    void says_so_when_the_broker_is_gone() throws IOException, InterruptedException {
        go("#/");
        browser.awaitElement("#c-demo");
        stack.pause("broker");
        stack.resume("broker");
        stack.kill("broker");
        browser.await(
                "document.getElementById('banner').textContent.includes('does not answer')", Duration.ofSeconds(5));
        stack.up();
        browser.await("document.getElementById('banner').textContent === ''", LIMIT);
    }

    private static void signIn(String token) {
        browser.fill("#token", token);
        browser.click("#login button.main");
    }

    private static void go(String hash) {
        browser.evaluate("location.hash = " + Browser.quoted(hash));
        String name = hash.replaceFirst("#/", "").replace('/', '-');
        String id = name.contains("-") ? name : name + "-";
        browser.awaitElement("[id='page-" + id + "']");
    }

    private static void configure(String field, String value) {
        go("#/clusters/demo");
        browser.click("#cluster-actions [data-action=config]");
        browser.fill("[id='config-" + field + "']", value.isEmpty() ? "500" : value);
        browser.awaitText("#preview", "Setting " + field);
        browser.click("#confirm");
        browser.await(CLOSED, LIMIT);
        browser.awaitText(".facts:last-of-type", field + " " + (value.isEmpty() ? "500" : value));
    }

    private static void tabTo(String isThere) {
        for (int i = 0; i < 40 && !browser.evaluate(isThere).asBoolean(); i++) {
            browser.press("Tab");
        }
        assertThat(browser.evaluate(isThere).asBoolean()).as(isThere).isTrue();
    }

    private static String proxy(int index) {
        return "127.0.0.1:" + stack.ports().proxyResp(index);
    }

    private static HttpResponse<String> call(String method, String path, String token, String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/api/v3" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        try {
            return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** In light and dark, on a screen and on a telephone. */
    private static void takePictures() throws IOException {
        for (boolean isDark : new boolean[] {false, true}) {
            browser.dark(isDark);
            for (int width : new int[] {1280, 380}) {
                browser.size(width, width == 380 ? 800 : 900);
                for (String page : List.of("", "clusters/demo", "keys/demo", "hosts", "proxies")) {
                    go("#/" + page);
                    picture((page.isEmpty() ? "overview" : page.split("/")[0]) + "-" + width + (isDark ? "-dark" : ""));
                }
            }
        }
        browser.dark(false);
        browser.size(1280, 900);
    }

    private static void picture(String name) throws IOException {
        String pictures = System.getProperty("undermoon.console.pictures", "");
        if (!pictures.isEmpty()) {
            browser.picture(Path.of(pictures, name + ".png"));
        }
    }
}
