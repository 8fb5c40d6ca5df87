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
import io.undermoon.images.JvmApplication.Part;
import io.undermoon.images.ProgramImage.Training;
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

/** Writes the image of a program for one architecture, with its bill of materials inside and beside. */
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
    Path write(ProgramImage program, String architecture, Path baseTar) throws IOException, InterruptedException {
        String kind = request.kind() == Kind.NATIVE ? "-native" : "";
        String name = "undermoon-" + program.name() + kind + "-" + request.version() + "-linux-" + architecture;
        Path files = Files.createDirectories(work.resolve(name));
        Path sbom = files.resolve("sbom.cdx.json");
        Path target = program.target(request.checkout());
        Sbom.write(target, program.build().billOfMaterials(request.kind()), request.time(), sbom);
        Path tar = request.output().resolve(name + ".tar");
        JibContainerBuilder image = Jib.from(TarImage.at(baseTar));
        if (request.kind() == Kind.NATIVE) {
            addNative(image, program, architecture, files);
        } else {
            addJvm(image, program, architecture, files, baseTar);
        }
        if (!program.volumes().isEmpty()) {
            image.addFileEntriesLayer(directories(program, files));
        }
        program.environment().forEach(image::addEnvironmentVariable);
        image.addFileEntriesLayer(layer("bill of materials")
                        .addEntry(sbom, inImage(sbom.getFileName()), READABLE, request.time())
                        .build())
                .setUser(USER)
                .setWorkingDirectory(AbsoluteUnixPath.fromPath(ROOT))
                .setExposedPorts(program.ports().stream().map(Port::tcp).collect(Collectors.toSet()))
                .setVolumes(program.volumes().stream()
                        .map(AbsoluteUnixPath::fromPath)
                        .collect(Collectors.toSet()))
                .setLabels(labels(program))
                .setFormat(ImageFormat.Docker)
                .setCreationTime(request.time());
        containerize(image, program, tar);
        Files.copy(sbom, tar.resolveSibling(name + ".cdx.json"), StandardCopyOption.REPLACE_EXISTING);
        return tar;
    }

    /** The volumes' directories: a volume that is made by a container engine has the owner and mode that they have. */
    private FileEntriesLayer directories(ProgramImage program, Path files) throws IOException {
        FileEntriesLayer.Builder layer = layer("volumes");
        Path empty = Files.createDirectories(files.resolve("empty"));
        for (Path volume : program.volumes()) {
            layer.addEntry(empty, AbsoluteUnixPath.fromPath(volume), SHARED, request.time(), USER);
        }
        return layer.build();
    }

    private void addJvm(JibContainerBuilder image, ProgramImage program, String architecture, Path files, Path baseTar)
            throws IOException, InterruptedException {
        String home = ImageArchive.open(baseTar)
                .environment("JAVA_HOME")
                .orElseThrow(() ->
                        new ImageException("the base image " + request.base().text()
                                + " does not say where its Java is: it has no JAVA_HOME in its environment"));
        JvmApplication application = staged(program, files.resolve("undermoon"));
        List<Path> jars = application.jars().stream()
                .map(application.directory()::resolve)
                .toList();
        addNativeLibraries(image, jars, architecture, files);
        // What changes least comes first: it is what the later ones are built on.
        for (int i = application.parts().size() - 1; i >= 0; i--) {
            image.addFileEntriesLayer(jars(application, application.parts().get(i)));
        }
        List<String> options = new ArrayList<>(application.options(ROOT));
        Training training = program.training();
        if (request.startupCache() && training != null && architecture.equals(Platforms.ownArchitecture())) {
            Path cache = files.resolve("startup.aot");
            new StartupCache(
                            program,
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
                .setEntrypoint(
                        home + "/bin/java", "@" + ROOT.resolve(arguments.getFileName()), application.mainClass());
        if (!program.jvmOptions().isEmpty()) {
            image.addEnvironmentVariable("JDK_JAVA_OPTIONS", String.join(" ", program.jvmOptions()));
        }
    }

    private void addNative(JibContainerBuilder image, ProgramImage program, String architecture, Path files)
            throws IOException {
        Path executable;
        try (Stream<Path> built = Files.list(program.target(request.checkout()))) {
            executable = built.filter(file -> file.toString().endsWith("-runner"))
                    .findFirst()
                    .orElseThrow(() -> new ImageException(program.name()
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
                        .addEntry(executable, inImage(Path.of(program.name())), EXECUTABLE, request.time())
                        .build())
                .setEntrypoint(
                        ROOT.resolve(program.name()).toString(), "-Djava.library.path=" + ROOT.resolve("native"));
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
    private JvmApplication staged(ProgramImage program, Path directory) throws IOException {
        JvmApplication built = program.build().application(program.target(request.checkout()));
        Directories.delete(directory);
        for (Path jar : built.jars()) {
            Path copy = directory.resolve(jar);
            Files.createDirectories(copy.getParent());
            Files.copy(built.directory().resolve(jar), copy);
            Files.setLastModifiedTime(copy, FileTime.from(request.time()));
        }
        return built.in(directory);
    }

    private FileEntriesLayer jars(JvmApplication application, Part part) {
        FileEntriesLayer.Builder layer = layer(part.name());
        for (Path jar : part.jars()) {
            layer.addEntry(application.directory().resolve(jar), inImage(jar), READABLE, request.time());
        }
        return layer.build();
    }

    /** The files of the base image, unpacked once for all programs. */
    private Path unpacked(Path baseTar) throws IOException {
        Path directory = work.resolve(baseTar.getFileName() + ".files");
        if (!Files.exists(directory)) {
            ImageArchive.open(baseTar).unpack(directory);
        }
        return directory;
    }

    private Map<String, String> labels(ProgramImage program) {
        Map<String, String> labels = new TreeMap<>(request.base().labels());
        labels.put("org.opencontainers.image.title", program.title());
        labels.put("org.opencontainers.image.description", program.description());
        labels.put("org.opencontainers.image.vendor", "Undermoon for Java");
        labels.put("org.opencontainers.image.licenses", "Apache-2.0");
        labels.put("org.opencontainers.image.version", request.version());
        labels.put("org.opencontainers.image.created", request.time().toString());
        request.revision().ifPresent(revision -> labels.put("org.opencontainers.image.revision", revision));
        return labels;
    }

    private void containerize(JibContainerBuilder image, ProgramImage program, Path tar)
            throws IOException, InterruptedException {
        try {
            ImageReference name = ImageReference.parse(request.group() + "/" + program.name() + ":" + request.tag());
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
