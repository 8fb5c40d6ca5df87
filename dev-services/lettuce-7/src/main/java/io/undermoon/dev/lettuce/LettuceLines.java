package io.undermoon.dev.lettuce;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Runs {@code SET key value} and {@code GET key}, one a line of the standard input, with Lettuce's cluster client. */
final class LettuceLines {
    private LettuceLines() {}

    /** @param args the port of a node on 127.0.0.1 */
    public static void main(String[] args) throws IOException {
        RedisClusterClient client = RedisClusterClient.create(RedisURI.create("127.0.0.1", Integer.parseInt(args[0])));
        try (StatefulRedisClusterConnection<String, String> connection = client.connect();
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                System.out.println(
                        words[0].equals("SET")
                                ? connection.sync().set(words[1], words[2])
                                : connection.sync().get(words[1]));
            }
        } finally {
            client.shutdown();
        }
    }
}
