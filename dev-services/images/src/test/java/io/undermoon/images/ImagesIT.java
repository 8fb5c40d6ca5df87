package io.undermoon.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undermoon.images.ImageRequest.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tars of the programs that have been built, opened and looked at. */
class ImagesIT {
    private static final Path CHECKOUT = Path.of(System.getProperty("undermoon.checkout", "../.."));
    private static final String TIME = "2026-01-01T00:00:00Z";

    @TempDir
    private static Path directory;

    private static List<Path> tars = List.of();

    @BeforeAll
    static void write() throws Exception {
        Path base = Bases.small(directory, "amd64");
        tars = Images.write(ProgramImage.ALL, request("images", "tar:" + base, "amd64"), line -> {});
    }

    private static ImageRequest request(String output, String base, String architecture) {
        return new ImageRequest(
                CHECKOUT,
                directory.resolve(output),
                Kind.JVM,
                new BaseImage(base),
                List.of(architecture),
                "registry.example.org/undermoon",
                "1.2.3",
                "1.2.3",
                Optional.of("0123abc"),
                Instant.parse(TIME),
                false);
    }

    private static Stream<ProgramImage> programs() {
        return ProgramImage.ALL.stream();
    }

    private static Path tar(ProgramImage program) {
        return tars.get(ProgramImage.ALL.indexOf(program));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void the_image_says_who_runs_what_how(ProgramImage program) throws Exception {
        ImageArchive image = ImageArchive.open(tar(program));
        JsonNode config = image.configuration().path("config");

        assertThat(image.names()).containsExactly("registry.example.org/undermoon/" + program.name() + ":1.2.3");
        assertThat(config.path("User").asText()).isEqualTo("185:185");
        assertThat(ImageArchive.texts(config.path("Entrypoint")))
                .containsExactly("/opt/java/bin/java", "@/undermoon/java.args", mainClass(program));
        assertThat(jvmOptions(image)).contains("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders");
        assertThat(config.path("WorkingDir").asText()).isEqualTo("/undermoon");
        assertThat(config.path("ExposedPorts").size()).isEqualTo(program.ports().size());
        assertThat(image.configuration().path("created").asText()).isEqualTo(TIME);
        assertThat(image.architecture()).isEqualTo("amd64");
        JsonNode labels = config.path("Labels");
        assertThat(labels.path("org.opencontainers.image.title").asText()).isEqualTo(program.title());
        assertThat(labels.path("org.opencontainers.image.version").asText()).isEqualTo("1.2.3");
        assertThat(labels.path("org.opencontainers.image.revision").asText()).isEqualTo("0123abc");
        assertThat(labels.path("org.opencontainers.image.created").asText()).isEqualTo(TIME);
        assertThat(labels.path("org.opencontainers.image.licenses").asText()).isEqualTo("Apache-2.0");
    }

    private static List<String> jvmOptions(ImageArchive image) throws IOException {
        List<String> options = new ArrayList<>(
                List.of(image.environment("JDK_JAVA_OPTIONS").orElse("").split(" ")));
        options.addAll(arguments(image));
        return options;
    }

    private static List<String> arguments(ImageArchive image) throws IOException {
        return new String(image.content("undermoon/java.args"), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private static String mainClass(ProgramImage program) {
        return program.name().equals("cli") ? "io.undermoon.dev.cli.Undermoon" : "io.quarkus.runner.GeneratedMain";
    }

    @ParameterizedTest
    @MethodSource("programs")
    void the_class_path_is_in_the_image(ProgramImage program) throws Exception {
        Path files = directory.resolve("files-" + program.name());
        ImageArchive.open(tar(program)).unpack(files);

        List<String> arguments = Files.readAllLines(files.resolve("undermoon/java.args"));
        String classPath = arguments.get(arguments.indexOf("-cp") + 1);
        assertThat(classPath.split(":"))
                .hasSizeGreaterThan(50)
                .allSatisfy(jar -> assertThat(files.resolve(jar.substring(1))).isNotEmptyFile());
        assertThat(classPath.split(":")).anySatisfy(jar -> assertThat(jar).startsWith(ownJar(program)));
        assertThat(files.resolve("etc/os-release")).hasContent("ID=base");
        assertThat(files.resolve("undermoon/native/libnetty_transport_native_epoll_x86_64.so")
                        .toFile()
                        .exists())
                .isEqualTo(
                        program.name().equals("proxy-service") || program.name().equals("cli"));
    }

    private static String ownJar(ProgramImage program) {
        return program.name().equals("cli")
                ? "/undermoon/undermoon-launcher.jar"
                : "/undermoon/app/" + program.name() + "-";
    }

    @ParameterizedTest
    @MethodSource("programs")
    void the_bill_of_materials_is_inside_and_beside(ProgramImage program) throws Exception {
        Path tar = tar(program);
        byte[] inside = ImageArchive.open(tar).content("undermoon/sbom.cdx.json");
        Path beside = tar.resolveSibling(tar.getFileName().toString().replaceFirst("tar$", "cdx.json"));

        assertThat(inside).isEqualTo(Files.readAllBytes(beside));
        JsonNode sbom = new ObjectMapper().readTree(inside);
        assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(sbom.path("metadata").path("timestamp").asText()).isEqualTo(TIME);
        assertThat(sbom.findValuesAsText("purl"))
                .anySatisfy(purl -> assertThat(purl).startsWith("pkg:maven/io.netty/netty-handler@"))
                .anySatisfy(purl -> assertThat(purl).startsWith(ownLibrary(program)))
                .noneSatisfy(purl -> assertThat(purl).contains("assertj"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void every_library_is_in_the_bill_of_materials(ProgramImage program) throws Exception {
        ImageArchive image = ImageArchive.open(tar(program));
        List<String> arguments = arguments(image);
        List<String> libraries = Stream.of(
                        arguments.get(arguments.indexOf("-cp") + 1).split(":"))
                .filter(jar -> jar.startsWith("/undermoon/lib/"))
                .toList();
        List<String> listed = new ObjectMapper()
                .readTree(image.content("undermoon/sbom.cdx.json")).findValuesAsText("purl").stream()
                        .map(purl -> purl.replaceFirst("^.*/([^/@]+)@([^?]+).*$", "$1-$2"))
                        .toList();

        assertThat(libraries)
                .isNotEmpty()
                .allSatisfy(jar ->
                        assertThat(listed).anySatisfy(library -> assertThat(jar).contains(library)));
    }

    private static String ownLibrary(ProgramImage program) {
        return program.name().equals("operator")
                ? "pkg:maven/io.fabric8/kubernetes-client-api@"
                : "pkg:maven/io.undermoon/shared-model@";
    }

    @Test
    void the_same_programs_give_the_same_image() throws Exception {
        List<ProgramImage> some = List.of(ProgramImage.ALL.get(1), ProgramImage.ALL.get(4));
        ImageRequest again = request("again", "tar:" + directory.resolve("base-amd64.tar"), "amd64");
        List<Path> second = Images.write(some, again, line -> {});

        assertThat(second.get(0)).hasSameBinaryContentAs(tar(some.get(0)));
        assertThat(second.get(1)).hasSameBinaryContentAs(tar(some.get(1)));
    }

    @Test
    void a_base_for_another_architecture_gives_an_image_for_it() throws Exception {
        Path base = Bases.small(directory, "arm64");
        ProgramImage proxy = ProgramImage.ALL.get(2);
        List<Path> written = Images.write(List.of(proxy), request("arm", "tar:" + base, "arm64"), line -> {});

        ImageArchive image = ImageArchive.open(written.get(0));
        assertThat(image.architecture()).isEqualTo("arm64");
        assertThat(image.content("undermoon/native/libnetty_transport_native_epoll_aarch_64.so"))
                .isNotNull();
        assertThat(image.content("undermoon/startup.aot")).isNull();
        assertThatThrownBy(() -> Images.write(List.of(proxy), request("amd", "tar:" + base, "amd64"), line -> {}))
                .hasMessageContaining("is for arm64, and not for amd64");
    }

    @Test
    void a_native_executable_is_the_entry_point() throws Exception {
        Path target = Files.createDirectories(directory.resolve("native/proxy-service/target"));
        Files.writeString(target.resolve("proxy-service-1-runner"), "an executable");
        Path libraries = Files.createDirectories(target.resolve("proxy-service-1-native-image-source-jar/lib"));
        try (Stream<Path> jars = Files.list(CHECKOUT.resolve("proxy-service/target/quarkus-app/lib/main"))) {
            for (Path jar : jars.filter(file -> file.toString().contains("native-epoll"))
                    .toList()) {
                Files.copy(jar, libraries.resolve(jar.getFileName()));
            }
        }
        Files.writeString(target.resolve("proxy-service-1-runner-cyclonedx.json"), "{\"bomFormat\":\"CycloneDX\"}");
        String own = Platforms.ownArchitecture();
        ImageRequest jvm = request("native", "tar:" + Bases.small(directory, own), own);
        ImageRequest request = new ImageRequest(
                directory.resolve("native"),
                jvm.output(),
                Kind.NATIVE,
                jvm.base(),
                jvm.architectures(),
                jvm.group(),
                jvm.tag(),
                jvm.version(),
                jvm.revision(),
                jvm.time(),
                true);
        List<String> said = new ArrayList<>();
        List<ProgramImage> programs = List.of(ProgramImage.ALL.get(2), ProgramImage.ALL.get(4));
        List<Path> written = Images.write(programs, request, said::add);
        assertThat(written).hasSize(1);
        assertThat(said).anySatisfy(line -> assertThat(line).contains("Left out: cli", "no native executable"));
        ImageArchive image = ImageArchive.open(written.get(0));

        assertThat(ImageArchive.texts(image.configuration().path("config").path("Entrypoint")))
                .containsExactly("/undermoon/proxy-service", "-Djava.library.path=/undermoon/native");
        assertThat(image.content("undermoon/proxy-service"))
                .isEqualTo("an executable".getBytes(StandardCharsets.UTF_8));
        assertThat(image.configuration().path("config").path("User").asText()).isEqualTo("185:185");
    }

    /** Takes a minute, as the registry is asked again and again: {@code -Dundermoon.images.registry=true}. */
    @Test
    @EnabledIfSystemProperty(named = "undermoon.images.registry", matches = "true")
    void a_base_that_is_not_at_hand_is_named_with_what_to_do() {
        String unreachable = "127.0.0.1:1/base@sha256:" + "0".repeat(64);

        assertThatThrownBy(() -> Images.write(ProgramImage.ALL, request("none", unreachable, "amd64"), line -> {}))
                .isInstanceOf(ImageException.class)
                .hasMessageContainingAll(unreachable, "-Dimages.base=tar:", "-Dimages.base=jdk:");
    }

    @Test
    void a_base_without_a_digest_is_refused() {
        assertThatThrownBy(() -> new BaseImage("eclipse-temurin:25-jre"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("has no digest");
    }
}
