package io.undermoon.broker.rest;

import io.restassured.RestAssured;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request exactly as written, for headers that clients insist on adding. */
final class RawHttp {
    record Reply(int status, String headers, String body) {}

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private RawHttp() {}

    static Reply send(String method, String path, String body) {
        return send(method, path, body, "Host: localhost");
    }

    /** @param headers all but those about the connection and the length of the body */
    static Reply send(String method, String path, String body, String... headers) {
        return exchange(method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static Reply exchange(String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String headers = readHeaders(socket.getInputStream());
            int status = Integer.parseInt(headers.substring(9, 12));
            Matcher length = CONTENT_LENGTH.matcher(headers);
            byte[] body = length.find()
                    ? socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)))
                    : socket.getInputStream().readAllBytes();
            return new Reply(status, headers, new String(body, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readHeaders(InputStream in) throws IOException {
        StringBuilder headers = new StringBuilder();
        while (headers.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("after " + headers);
            }
            headers.append((char) next);
        }
        return headers.toString();
    }

    /** A request that announces a body and does not send it. */
    static Reply announce(String method, String path, int length) {
        return exchange(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n");
    }
}
