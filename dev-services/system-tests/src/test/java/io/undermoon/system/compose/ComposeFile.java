package io.undermoon.system.compose;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/**
 * The services of a Compose file, in its order, as far as a process needs them.
 *
 * @param services by name; those of a profile are left out, as `docker compose up` does
 */
record ComposeFile(Map<String, Service> services) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\w+:-([^}]*)}");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    /**
     * One service.
     *
     * @param image without registry and tag
     * @param network the service in whose network it is, its own name if it has one of its own
     * @param needs by name of the service, whether it has to be healthy before
     * @param volumes by directory in the container, the name of the volume
     */
    record Service(
            String name,
            String image,
            String network,
            Map<String, String> environment,
            List<String> command,
            List<String> healthCheck,
            Map<String, Boolean> needs,
            Map<String, String> volumes) {}

    static ComposeFile read(Path file) throws IOException {
        Map<String, Service> services = new LinkedHashMap<>();
        try (Reader reader = Files.newBufferedReader(file)) {
            Map<?, ?> document = new Yaml().load(reader);
            map(document.get("services")).forEach((name, service) -> {
                if (!map(service).containsKey("profiles")) {
                    services.put((String) name, service((String) name, map(service)));
                }
            });
        }
        return new ComposeFile(services);
    }

    private static Service service(String name, Map<?, ?> yaml) {
        Map<String, String> environment = new LinkedHashMap<>();
        map(yaml.get("environment")).forEach((key, value) -> environment.put((String) key, String.valueOf(value)));
        Map<String, Boolean> needs = new LinkedHashMap<>();
        map(yaml.get("depends_on"))
                .forEach((key, value) ->
                        needs.put((String) key, map(value).get("condition").equals("service_healthy")));
        Map<String, String> volumes = new LinkedHashMap<>();
        for (Object volume : list(yaml.get("volumes"))) {
            String[] parts = String.valueOf(volume).split(":");
            volumes.put(parts[1], parts[0]);
        }
        Object network = yaml.get("network_mode");
        return new Service(
                name,
                imageName(String.valueOf(yaml.get("image"))),
                network == null ? name : String.valueOf(network).replaceFirst("^service:", ""),
                environment,
                words(String.valueOf(yaml.get("command"))),
                list(map(yaml.get("healthcheck")).get("test")).stream()
                        .map(word -> String.valueOf(word).replace("$$", "$"))
                        .toList(),
                needs,
                volumes);
    }

    /** Without registry, group and tag; variables have their defaults. */
    private static String imageName(String reference) {
        return VARIABLE.matcher(reference)
                .replaceAll("$1")
                .replaceFirst("^.*/", "")
                .replaceFirst(":.*$", "");
    }

    /** The words of a line of commands as a shell takes them, with double quotes only. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words;
    }

    private static Map<?, ?> map(Object yaml) {
        return yaml == null ? Map.of() : (Map<?, ?>) yaml;
    }

    private static List<?> list(Object yaml) {
        return yaml == null ? List.of() : (List<?>) yaml;
    }
}
