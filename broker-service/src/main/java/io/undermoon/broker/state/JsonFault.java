package io.undermoon.broker.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.stream.Collectors;

/** Error messages for users about JSON documents, with the name of the field. */
public final class JsonFault {
    private JsonFault() {}

    public static String describe(JsonProcessingException e) {
        String reason = withoutAdviceForProgrammers(e.getOriginalMessage());
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            String field = mapping.getPath().stream()
                    .map(step -> step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName())
                    .collect(Collectors.joining("."));
            return "field '" + field + "': " + reason;
        }
        return "this is not the JSON that is expected: " + reason;
    }

    private static String withoutAdviceForProgrammers(String message) {
        int advice = message.indexOf(" (set DeserializationConfig");
        return advice < 0 ? message : message.substring(0, advice);
    }
}
