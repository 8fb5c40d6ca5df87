package io.undermoon.quarkus.deployment;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls actions of the Dev UI as its pages do. */
final class JsonRpc {
    private static final int TIMEOUT_SECONDS = 60;

    private JsonRpc() {}

    /**
     * Calls one.
     *
     * @param port of the application
     * @param parameters the members of a JSON object
     * @return the reply, as JSON
     */
    static String call(int port, String action, String parameters)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<String> reply = new CompletableFuture<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://localhost:" + port + "/q/dev-ui/json-rpc-ws"), new ReplyListener(reply))
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        try {
            socket.sendText(
                    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"quarkus-undermoon_" + action + "\",\"params\":{"
                            + parameters + "}}",
                    true);
            return reply.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } finally {
            socket.abort();
        }
    }

    /** Waits for the message that has the id of the call; there are others. */
    private static final class ReplyListener implements WebSocket.Listener {
        private final CompletableFuture<String> reply;
        private final StringBuilder message = new StringBuilder();

        ReplyListener(CompletableFuture<String> reply) {
            this.reply = reply;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean isLast) {
            message.append(part);
            if (isLast) {
                if (message.toString().replace(" ", "").contains("\"id\":7")) {
                    reply.complete(message.toString());
                }
                message.setLength(0);
            }
            return WebSocket.Listener.super.onText(socket, part, isLast);
        }
    }
}
