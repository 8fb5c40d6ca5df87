package io.undermoon.broker.rest;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;

/**
 * The pages of the console: files of the jar, which the HTTP server serves. They have no data in them and may load
 * nothing from elsewhere.
 */
final class ConsolePages {
    private static final String FILES = "/console/";
    private static final List<String> NAMES = List.of(
            "actions.js",
            "api.js",
            "cluster.js",
            "console.css",
            "console.js",
            "dom.js",
            "format.js",
            "icon.svg",
            "keys.js",
            "overview.js",
            "tables.js",
            "usage.js");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            // A broker of another version has other files.
            "Cache-Control",
            "no-cache");

    private ConsolePages() {}

    static boolean isPage(String path) {
        return path.equals("/") || path.startsWith(FILES) && NAMES.contains(path.substring(FILES.length()));
    }

    /** Whether an endpoint, without {@code /api/v3}, is there for the console. */
    static boolean isOverview(String path) {
        return path.equals("/preview") || path.equals("/overview") || path.startsWith("/overview/") || isData(path);
    }

    /** Whether an endpoint tells data of clusters. */
    static boolean isData(String path) {
        return path.startsWith("/clusters/keys/") || path.endsWith("/hot_keys");
    }

    /** Sets the headers when the file's own have been set. */
    static void addHeaders(RoutingContext context) {
        context.addHeadersEndHandler(end -> {
            MultiMap headers = context.response().headers();
            HEADERS.forEach(headers::set);
        });
    }
}
