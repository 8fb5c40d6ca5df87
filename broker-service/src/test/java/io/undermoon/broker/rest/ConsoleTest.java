package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files of the console, as they are served. */
@QuarkusTest
class ConsoleTest {
    private static final int FIRST_LOAD_BYTES = 150_000;
    private static final Path FILES = Path.of("src/main/resources/META-INF/resources/console");
    private static final Pattern ELSEWHERE =
            Pattern.compile("(?<![\\w.])(https?:|wss?:)?//[\\w.-]+\\.[a-z]+[^\\s'\"]*");

    private static List<String> pages() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            List<String> pages = new ArrayList<>(
                    files.map(file -> "/console/" + file.getFileName()).sorted().toList());
            pages.add("/");
            return pages;
        }
    }

    @Test
    void serves_every_file_with_a_strict_policy() throws IOException {
        for (String page : pages()) {
            Response reply = given().get(page);
            assertThat(reply.statusCode()).as(page).isEqualTo(200);
            assertThat(reply.header("Content-Security-Policy"))
                    .as(page)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "*", "http");
            assertThat(reply.header("X-Content-Type-Options")).as(page).isEqualTo("nosniff");
            assertThat(reply.header("Cache-Control")).as(page).isEqualTo("no-cache");
            assertThat(reply.contentType()).as(page).contains(type(page));
        }
    }

    private static String type(String page) {
        return page.endsWith(".js")
                ? "javascript"
                : page.endsWith(".css") ? "text/css" : page.endsWith(".svg") ? "image/svg+xml" : "text/html";
    }

    @Test
    void loads_no_more_than_it_should_and_nothing_from_elsewhere() throws IOException {
        int bytes = 0;
        for (String page : pages()) {
            String text = given().get(page).asString();
            bytes += text.length();
            Matcher elsewhere = ELSEWHERE.matcher(text.replace("http://www.w3.org/2000/svg", ""));
            assertThat(elsewhere.find()).as("%s: %s", page, text).isFalse();
            assertThat(text).as(page).doesNotContain("innerHTML", "eval(", "style=\"", "onclick=");
        }
        assertThat(bytes).isBetween(FIRST_LOAD_BYTES / 10, FIRST_LOAD_BYTES);
    }

    @Test
    void has_nothing_else_below_it() {
        given().get("/console/").then().statusCode(404);
        given().get("/console/../index.html").then().statusCode(404);
        given().get("/index.html").then().statusCode(404);
        given().get("/console/nothing.js").then().statusCode(404).body("error", containsString("PATH_NOT_FOUND"));
        given().post("/").then().statusCode(405).header("Allow", "GET, HEAD");
        given().head("/").then().statusCode(200);
    }

    @Test
    void is_not_for_names_that_are_not_ours() {
        given().header("Host", "evil.example").get("/").then().statusCode(403);
    }

    @Test
    void names_its_keyboard_and_screen_reader_landmarks() {
        given().get("/")
                .then()
                .body(containsString("<html lang=\"en\">"))
                .body(containsString("<main id=\"main\""))
                .body(containsString("aria-live=\"polite\""))
                .body(containsString("class=\"skip\""));
    }
}
