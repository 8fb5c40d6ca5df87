package io.undermoon.umctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.undermoon.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A value as one argument: padded standard Base64 of gzip of JSON. The JSON may inflate to at most
 * {@value #MAX_JSON_BYTES} bytes; more is refused unread.
 */
final class CompressedJson {
    static final int MAX_JSON_BYTES = 16 << 20;

    private CompressedJson() {}

    static String print(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(Json.mapper().writeValueAsBytes(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** @throws UmctlSyntaxException if it is not such a text */
    static <T> T parse(String text, Class<T> type) {
        try (GZIPInputStream gzip =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
            byte[] json = gzip.readNBytes(MAX_JSON_BYTES + 1);
            if (json.length > MAX_JSON_BYTES) {
                throw new UmctlSyntaxException("the metadata inflates to more than " + MAX_JSON_BYTES + " bytes");
            }
            T value = Json.mapper().readValue(json, type);
            if (value == null) {
                throw new UmctlSyntaxException("the compressed metadata is the JSON null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new UmctlSyntaxException(
                    "the compressed metadata is not the expected JSON: " + e.getOriginalMessage(), e);
        } catch (EOFException e) {
            throw new UmctlSyntaxException("the compressed metadata ends early", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UmctlSyntaxException("the compressed metadata is not Base64 of gzip: " + e.getMessage(), e);
        }
    }
}
