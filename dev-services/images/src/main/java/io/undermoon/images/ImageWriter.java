package io.undermoon.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Port;
import io.undermoon.images.ImageRequest.Kind;
import io.undermoon.images.ServiceImage.Training;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Writes the image of a service for one architecture, with its bill of materials inside and beside. */
final class ImageWriter {
    /** Where an image has its files. Nothing is written there. */
    static final Path ROOT = Path.of("/undermoon");

    /** Neither root nor a user of the base image. */
    static final String USER = "185:185";

    private static final FilePermissions READABLE = FilePermissions.fromOctalString("644");
    private static final FilePermissions SHARED = FilePermissions.fromOctalString("777");
    private static final FilePermissions EXECUTABLE = FilePermissions.fromOctalString("755");

    private final ImageRequest request;
    private final Path work;

    /** @param work a directory for what is needed on the way */
    ImageWriter(ImageRequest request, Path work) {
        this.request = request;
        this.work = work;
    }

    /** Writes the tar, and returns it. */
    Path write(ServiceImage service, String architecture, Path baseTar) throws IOException, InterruptedException {
        String kind = request.kind() == Kind.NATIVE ? "-native" : "";
        String name = "undermoon-" + service.module() + kind + "-" + request.version() + "-linux-" + architecture;
        Path files = Files.createDirectories(work.resolve(name));
        Path sbom = files.resolve("sbom.cdx.json");
        Sbom.write(service.target(request.checkout()), request.kind(), request.time(), sbom);
        Path tar = request.output().resolve(name + ".tar");
        JibContainerBuilder image = Jib.from(TarImage.at(baseTar));
        if (request.kind() == Kind.NATIVE) {
            addNative(image, service, architecture, files);
        } else {
            addJvm(image, service, architecture, files, baseTar);
        }
        if (!service.volumes().isEmpty()) {
            image.addFileEntriesLayer(directories(service, files));
        }
        service.environment().forEach(image::addEnvironmentVariable);
        image.addFileEntriesLayer(layer("bill of materials")
                        .addEntry(sbom, inImage(sbom.getFileName()), READABLE, request.time())
                        .build())
                .setUser(USER)
                .setWorkingDirectory(AbsoluteUnixPath.fromPath(ROOT))
                .setExposedPorts(service.ports().stream().map(Port::tcp).collect(Collectors.toSet()))
                .setVolumes(service.volumes().stream()
                        .map(AbsoluteUnixPath::fromPath)
                        .collect(Collectors.toSet()))
                .setLabels(labels(service))
                .setFormat(ImageFormat.Docker)
                .setCreationTime(request.time());
        containerize(image, service, tar);
        Files.copy(sbom, tar.resolveSibling(name + ".cdx.json"), StandardCopyOption.REPLACE_EXISTING);
        return tar;
    }

    /** The volumes' directories: a volume that is made by a container engine has the owner and mode that they have. */
    private FileEntriesLayer directories(ServiceImage service, Path files) throws IOException {
        FileEntriesLayer.Builder layer = layer("volumes");
        Path empty = Files.createDirectories(files.resolve("empty"));
        for (Path volume : service.volumes()) {
            layer.addEntry(empty, AbsoluteUnixPath.fromPath(volume), SHARED, request.time(), USER);
        }
        return layer.build();
    }

    private void addJvm(JibContainerBuilder image, ServiceImage service, String architecture, Path files, Path baseTar)
            throws IOException, InterruptedException {
        String home = ImageArchive.open(baseTar)
                .environment("JAVA_HOME")
                .orElseThrow(() ->
                        new ImageException("the base image " + request.base().text()
                                + " does not say where its Java is: it has no JAVA_HOME in its environment"));
        JvmApplication application = staged(service, files.resolve("undermoon"));
        image.addFileEntriesLayer(jars(application, "lib", "libraries"));
        List<Path> jars = application.jars().stream()
                .map(application.directory()::resolve)
                .toList();
        addNativeLibraries(image, jars, architecture, files);
        image.addFileEntriesLayer(jars(application, "app", "service"))
                .addFileEntriesLayer(jars(application, "quarkus", "code of Quarkus"));
        List<String> options = new ArrayList<>(application.options(ROOT));
        Training training = service.training();
        if (request.startupCache() && training != null && architecture.equals(Platforms.ownArchitecture())) {
            Path cache = files.resolve("startup.aot");
            new StartupCache(
                            service,
                            training,
                            unpacked(baseTar).resolve(home.substring(1)).resolve("bin/java"),
                            application)
                    .write(cache);
            options.add(0, "-XX:AOTCache=" + ROOT.resolve(cache.getFileName()));
            image.addFileEntriesLayer(layer("startup cache")
                    .addEntry(cache, inImage(cache.getFileName()), READABLE, request.time())
                    .build());
        }
        Path arguments = Files.write(files.resolve("java.args"), options);
        image.addFileEntriesLayer(layer("options")
                        .addEntry(arguments, inImage(arguments.getFileName()), READABLE, request.time())
                        .build())
                .addEnvironmentVariable("JDK_JAVA_OPTIONS", String.join(" ", service.jvmOptions()))
                .setEntrypoint(
                        home + "/bin/java", "@" + ROOT.resolve(arguments.getFileName()), JvmApplication.MAIN_CLASS);
    }

    private void addNative(JibContainerBuilder image, ServiceImage service, String architecture, Path files)
            throws IOException {
        Path executable;
        try (Stream<Path> built = Files.list(service.target(request.checkout()))) {
            executable = built.filter(file -> file.toString().endsWith("-runner"))
                    .findFirst()
                    .orElseThrow(() -> new ImageException(service.module()
                            + " has no native executable: build it first (mvn package -Dnative), with GraalVM or a"
                            + " container runtime"));
        }
        if (!architecture.equals(Platforms.ownArchitecture())) {
            throw new ImageException("native executables are built for the architecture of the machine, "
                    + Platforms.ownArchitecture() + ", and not for " + architecture + ": add -Dimages.architectures="
                    + Platforms.ownArchitecture());
        }
        addNativeLibraries(image, jarsOfNativeBuild(executable), architecture, files);
        image.addFileEntriesLayer(layer("service")
                        .addEntry(executable, inImage(Path.of(service.module())), EXECUTABLE, request.time())
                        .build())
                .setEntrypoint(
                        ROOT.resolve(service.module()).toString(), "-Djava.library.path=" + ROOT.resolve("native"));
    }

    /** What the executable was made of, beside it. */
    private static List<Path> jarsOfNativeBuild(Path executable) throws IOException {
        String name = executable.getFileName().toString().replaceFirst("-runner$", "-native-image-source-jar");
        try (Stream<Path> jars = Files.list(executable.resolveSibling(name).resolve("lib"))) {
            return jars.sorted().toList();
        }
    }

    /**
     * Puts Netty's native transport in the image as a file: else Netty writes it to {@code /tmp} at each start, and
     * uses the slower transport of Java where it cannot.
     */
    private void addNativeLibraries(JibContainerBuilder image, List<Path> jars, String architecture, Path files)
            throws IOException {
        FileEntriesLayer.Builder layer = layer("native libraries");
        boolean any = false;
        for (Path jar : jars) {
            String file = jar.getFileName().toString();
            if (!file.contains("netty-transport-native-epoll-")
                    || !file.endsWith("linux-" + Platforms.inNetty(architecture) + ".jar")) {
                continue;
            }
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                    Path name = Path.of(entry.getName()).getFileName();
                    if (entry.getName().startsWith("META-INF/native/")
                            && name.toString().endsWith(".so")) {
                        Path library = files.resolve(name);
                        try (InputStream in = zip.getInputStream(entry)) {
                            Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
                        }
                        layer.addEntry(library, inImage(Path.of("native").resolve(name)), EXECUTABLE, request.time());
                        any = true;
                    }
                }
            }
        }
        if (any) {
            image.addFileEntriesLayer(layer.build());
        }
    }

    /** A copy of the application whose files have the time that they have in the image, as the cache compares it. */
    private JvmApplication staged(ServiceImage service, Path directory) throws IOException {
        JvmApplication built =
                new JvmApplication(service.target(request.checkout()).resolve("quarkus-app"));
        Directories.delete(directory);
        for (Path jar : built.jars()) {
            Path copy = directory.resolve(jar);
            Files.createDirectories(copy.getParent());
            Files.copy(built.directory().resolve(jar), copy);
            Files.setLastModifiedTime(copy, FileTime.from(request.time()));
        }
        return new JvmApplication(directory);
    }

    private FileEntriesLayer jars(JvmApplication application, String part, String name) throws IOException {
        FileEntriesLayer.Builder layer = layer(name);
        for (Path jar : application.jars()) {
            if (jar.startsWith(part)) {
                layer.addEntry(application.directory().resolve(jar), inImage(jar), READABLE, request.time());
            }
        }
        return layer.build();
    }

    /** The files of the base image, unpacked once for all services. */
    private Path unpacked(Path baseTar) throws IOException {
        Path directory = work.resolve(baseTar.getFileName() + ".files");
        if (!Files.exists(directory)) {
            ImageArchive.open(baseTar).unpack(directory);
        }
        return directory;
    }

    private Map<String, String> labels(ServiceImage service) {
        Map<String, String> labels = new TreeMap<>(request.base().labels());
        labels.put("org.opencontainers.image.title", service.title());
        labels.put("org.opencontainers.image.description", service.description());
        labels.put("org.opencontainers.image.vendor", "Undermoon for Java");
        labels.put("org.opencontainers.image.licenses", "Apache-2.0");
        labels.put("org.opencontainers.image.version", request.version());
        labels.put("org.opencontainers.image.created", request.time().toString());
        request.revision().ifPresent(revision -> labels.put("org.opencontainers.image.revision", revision));
        return labels;
    }

    private void containerize(JibContainerBuilder image, ServiceImage service, Path tar)
            throws IOException, InterruptedException {
        try {
            ImageReference name = ImageReference.parse(request.group() + "/" + service.module() + ":" + request.tag());
            image.containerize(Containerizer.to(TarImage.at(tar).named(name))
                    .setBaseImageLayersCache(work.resolve("base-layers"))
                    .setApplicationLayersCache(work.resolve("layers"))
                    .setOfflineMode(true));
        } catch (InvalidImageReferenceException
                | RegistryException
                | ExecutionException
                | CacheDirectoryCreationException e) {
            throw new ImageException("cannot write " + tar + ": " + e.getMessage(), e);
        }
    }

    private static FileEntriesLayer.Builder layer(String name) {
        return FileEntriesLayer.builder().setName(name);
    }

    private static AbsoluteUnixPath inImage(Path path) {
        return AbsoluteUnixPath.fromPath(ROOT.resolve(path));
    }
}
