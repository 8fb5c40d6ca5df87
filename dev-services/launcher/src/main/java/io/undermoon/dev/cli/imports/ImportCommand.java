package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.ImportMode;
import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.KeyFilter;
import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.engine.CutOverRequest;
import io.undermoon.dev.imports.engine.ImportControl;
import io.undermoon.dev.imports.engine.Importer;
import io.undermoon.dev.imports.verify.Difference;
import io.undermoon.dev.imports.verify.Verifier;
import io.undermoon.dev.imports.verify.VerifyPlan;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.imports.wire.TlsTrust;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon import}: brings the data of another Redis into a cluster that runs, see docs/importing.md. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Copies the data of a Redis server, of one behind Sentinel, of a Redis Cluster or of another Undermoon into"
                    + " a cluster, then every change, until you cut over. It may be ended and continued at any time.",
            "A preview: compare with `undermoon import verify` before you cut over, and keep the source.",
            "",
            "  undermoon import run --from redis://old:6379 --to new:5299",
            "  undermoon import status --to new:5299",
            "  undermoon import verify --from redis://old:6379 --to new:5299",
            "  undermoon import cutover --to new:5299"
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ImportCommand.Run.class,
            ImportCommand.Status.class,
            ImportCommand.CutOver.class,
            ImportCommand.Release.class,
            ImportCommand.Forget.class,
            ImportCommand.Verify.class
        })
public final class ImportCommand {
    private static final String FROM_PASSWORD = "UNDERMOON_IMPORT_FROM_PASSWORD";
    private static final String TO_PASSWORD = "UNDERMOON_IMPORT_TO_PASSWORD";
    private static final long MEGABYTE = 1_000_000;

    private ImportCommand() {}

    /** Where the data come from. */
    private static final class From {
        @Option(
                names = "--from",
                required = true,
                paramLabel = "URI",
                description = {
                    "redis://[user[:password]@]host:port[,host:port], rediss://… for TLS, or"
                            + " sentinel://host:port[,host:port]/master. Of a cluster any node, of Undermoon a proxy.",
                    "The password may be in the environment as " + FROM_PASSWORD + "."
                })
        private String uri = "";

        @Option(
                names = "--from-ca",
                paramLabel = "FILE",
                description = "PEM certificates to trust in the source, instead of those that Java trusts.")
        private @Nullable Path authorities;

        @Option(names = "--db", paramLabel = "N", description = "The database of the source; the others are left.")
        private @Nullable Integer database;

        @Option(
                names = "--keys",
                paramLabel = "PATTERN",
                description = "Only keys of this pattern, as KEYS takes it; may be given several times.")
        private List<String> included = List.of();

        @Option(
                names = "--exclude",
                paramLabel = "PATTERN",
                description = "Without keys of this pattern; may be given several times.")
        private List<String> excluded = List.of();

        ServerUri address() {
            return ServerUri.parse("--from", uri).withPassword(System.getenv(FROM_PASSWORD));
        }

        Access access() {
            return ImportCommand.access(address(), authorities);
        }

        KeyFilter filter() {
            return new KeyFilter(included, excluded);
        }
    }

    /** Where they go. */
    private static final class To {
        @Option(
                names = "--to",
                required = true,
                paramLabel = "URI",
                description = {
                    "Any proxy of the cluster: host:port, redis://[user[:password]@]host:port or rediss://….",
                    "The password may be in the environment as " + TO_PASSWORD + "."
                })
        private String uri = "";

        @Option(
                names = "--to-ca",
                paramLabel = "FILE",
                description = "PEM certificates to trust in the destination, instead of those that Java trusts.")
        private @Nullable Path authorities;

        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = "import",
                description = "Of this import, where a cluster gets several (default: ${DEFAULT-VALUE}).")
        private String name = "";

        ServerUri address() {
            ServerUri address = ServerUri.parse("--to", uri);
            if (address.sentinelMaster() != null) {
                throw new UsageException("--to: a cluster has no sentinels; name a proxy by host:port");
            }
            return address.withPassword(System.getenv(TO_PASSWORD));
        }

        Access access() {
            return ImportCommand.access(address(), authorities);
        }

        ImportKeys keys() {
            return new ImportKeys(name);
        }

        ImportControl control() {
            try {
                return ImportControl.of(address(), access(), keys());
            } catch (IOException e) {
                throw new LaunchException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    private static Access access(ServerUri uri, @Nullable Path authorities) {
        if (authorities != null && !uri.tls()) {
            throw new UsageException(
                    "certificates are given for " + uri + ", which is without TLS; begin it by rediss://");
        }
        return new Access(
                uri.user(), uri.password(), uri.tls() ? TlsTrust.factory(authorities) : null, Duration.ofSeconds(10));
    }

    /** What {@link IOException}s and interrupts become for a person. */
    private interface Action<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T explained(Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    /** {@code undermoon import run}. */
    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Begins an import, or continues one; goes on until the cut-over.")
    static final class Run implements Callable<Integer> {
        @Mixin
        private From from = new From();

        @Mixin
        private To to = new To();

        @ArgGroup
        private Existing existing = new Existing();

        /** What becomes of the keys that are there. */
        static final class Existing {
            @Option(
                    names = "--replace",
                    description = "The destination has keys: replace them, and remove those that the source has not.")
            private boolean replace;

            @Option(
                    names = "--merge",
                    description =
                            "The destination has keys: replace those that the source has too, and keep the others.")
            private boolean merge;
        }

        @Option(
                names = "--rate",
                paramLabel = "MB",
                defaultValue = "0",
                description = "Write so many megabytes a second at most; 0 for no limit (default: ${DEFAULT-VALUE}).")
        private int megabytesPerSecond;

        @Option(
                names = "--memory",
                paramLabel = "MB",
                defaultValue = "128",
                description = "Megabytes of values that may wait to be written (default: ${DEFAULT-VALUE}).")
        private int memory;

        @Option(
                names = "--spool",
                paramLabel = "DIRECTORY",
                description = "Where the snapshots of the source are kept while they are read; needs room for them"
                        + " (default: that of temporary files).")
        private Path spool = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

        @Option(names = "--once", description = "End when all has been copied, without a cut-over.")
        private boolean once;

        @Option(
                names = "--take-over",
                description = "Begin even if another process seems to run this import; that one then ends.")
        private boolean takeOver;

        @Override
        public Integer call() {
            if (megabytesPerSecond < 0) {
                throw new UsageException("--rate " + megabytesPerSecond + " is less than 0");
            }
            if (memory < 1) {
                throw new UsageException("--memory " + memory + " is less than 1");
            }
            if (!Files.isDirectory(spool)) {
                throw new UsageException("--spool " + spool + " is no directory");
            }
            ImportPlan plan = new ImportPlan(
                    from.address(),
                    from.access(),
                    to.address(),
                    to.access(),
                    to.keys(),
                    from.filter(),
                    from.database,
                    existing.replace ? ImportMode.REPLACE : existing.merge ? ImportMode.MERGE : ImportMode.EMPTY,
                    megabytesPerSecond * MEGABYTE,
                    memory * MEGABYTE,
                    spool,
                    once,
                    takeOver);
            Progress progress = new Progress(System.out);
            explained(() -> {
                new Importer(plan, progress::step).run();
                return 0;
            });
            return 0;
        }
    }

    /** {@code undermoon import status}. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows how an import goes.")
    static final class Status implements Callable<Integer> {
        @Mixin
        private To to = new To();

        @Override
        public Integer call() {
            explained(() -> to.control().status()).forEach(System.out::println);
            return 0;
        }
    }

    /** {@code undermoon import cutover}. */
    @Command(
            name = "cutover",
            mixinStandardHelpOptions = true,
            description = {
                "Ends an import: holds who writes to the source, waits until all is in the destination, has the source"
                        + " refuse writes from then on, and says so.",
                "If it takes longer than allowed, everything is as before."
            })
    static final class CutOver implements Callable<Integer> {
        @Mixin
        private To to = new To();

        @Option(
                names = "--hold",
                paramLabel = "MS",
                defaultValue = "200",
                description = "For how many milliseconds writers may be held (default: ${DEFAULT-VALUE}).")
        private int hold;

        @ArgGroup
        private Source source = new Source();

        /** What is done about the writers of the source. */
        static final class Source {
            @Option(
                    names = "--leave-writable",
                    description = "Do not have the source refuse writes afterwards; what it takes then is not copied.")
            private boolean leaveWritable;

            @Option(
                    names = "--writers-stopped",
                    description =
                            "Nobody writes to the source any more: do not hold anybody, and change nothing there.")
            private boolean writersStopped;
        }

        @Override
        public Integer call() {
            if (hold < 1 || hold > 60_000) {
                throw new UsageException("--hold " + hold + " is not within 1 to 60000");
            }
            String id = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
            CutOverRequest request = new CutOverRequest(id, hold, source.leaveWritable, source.writersStopped);
            String result = explained(() -> to.control().cutOver(request));
            System.out.println(result);
            return result.startsWith("done") ? 0 : 1;
        }
    }

    /** {@code undermoon import release}. */
    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Has the source take writes again after a cut-over, or after one that was broken off.")
    static final class Release implements Callable<Integer> {
        @Mixin
        private To to = new To();

        @Mixin
        private From from = new From();

        @Override
        public Integer call() {
            explained(() -> to.control().release(from.access())).forEach(System.out::println);
            return 0;
        }
    }

    /** {@code undermoon import forget}. */
    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description = "Removes what the destination keeps about an import; the imported keys stay.")
    static final class Forget implements Callable<Integer> {
        @Mixin
        private To to = new To();

        @Override
        public Integer call() {
            explained(() -> {
                to.control().forget();
                return 0;
            });
            System.out.println("the import '" + to.name + "' is forgotten; its keys are there");
            return 0;
        }
    }

    /** {@code undermoon import verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Compares types, values and expiry times of the keys of both sides; exit code 1 if any differ.")
    static final class Verify implements Callable<Integer> {
        private static final int SHOWN = 50;

        @Mixin
        private From from = new From();

        @Mixin
        private To to = new To();

        @Option(
                names = "--share",
                paramLabel = "PERCENT",
                defaultValue = "100",
                description = "Compare so many of 100 keys, always the same ones (default: ${DEFAULT-VALUE}).")
        private double percent;

        @Option(
                names = "--slots",
                split = ",",
                paramLabel = "FIRST-LAST",
                description = "Compare only keys of these slots.")
        private List<String> slots = List.of();

        @Option(
                names = "--ignore-surplus",
                description = "Do not look for keys that only the destination has, as after an import with --merge.")
        private boolean ignoreSurplus;

        @Option(
                names = "--ttl-tolerance",
                paramLabel = "MS",
                defaultValue = "1000",
                description = "By how many milliseconds expiry times may differ (default: ${DEFAULT-VALUE}).")
        private long tolerance;

        @Override
        public Integer call() {
            if (percent <= 0 || percent > 100) {
                throw new UsageException("--share " + percent + " is not within 0 to 100");
            }
            VerifyPlan plan = new VerifyPlan(
                    from.address(),
                    from.access(),
                    to.address(),
                    to.access(),
                    from.filter(),
                    from.database == null ? 0 : from.database,
                    percent / 100,
                    ranges(),
                    !ignoreSurplus,
                    tolerance);
            Progress progress = new Progress(System.out);
            Verifier verifier = new Verifier(plan, progress::step);
            List<Difference> differences = explained(verifier::run);
            differences.stream().limit(SHOWN).forEach(System.out::println);
            if (differences.size() > SHOWN) {
                System.out.println("and " + (differences.size() - SHOWN) + " more");
            }
            long slotsThatDiffer =
                    differences.stream().mapToInt(Difference::slot).distinct().count();
            progress.step(verifier.compared() + " keys in " + verifier.slots() + " slots compared, "
                    + differences.size() + " differ, in " + slotsThatDiffer + " slots");
            return differences.isEmpty() ? 0 : 1;
        }

        private SlotRanges ranges() {
            if (slots.isEmpty()) {
                return SlotRanges.ALL;
            }
            SlotRanges ranges = SlotRanges.NONE;
            for (String text : slots) {
                String[] ends = text.split("-", -1);
                try {
                    ranges = ranges.union(
                            SlotRanges.of(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
                } catch (IllegalArgumentException e) {
                    throw new UsageException("--slots " + text + " is not a slot or a range such as 0-8191", e);
                }
            }
            return ranges;
        }
    }
}
