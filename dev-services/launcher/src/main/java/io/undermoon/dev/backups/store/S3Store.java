package io.undermoon.dev.backups.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Backups in a bucket. A file is written on this machine first and copied in parts, so that a slow network does not
 * hold up the master that it comes from. An object is there when its last part is.
 */
public final class S3Store implements BackupStore {
    private static final long LEAST_PART_BYTES = 16L << 20;

    /** Of 10,000 that S3 allows. */
    private static final long MOST_PARTS = 9_000;

    private static final int COPIED_BYTES = 64 << 10;

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final Path spool;

    private S3Store(S3Client client, String bucket, String prefix, Path spool) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
        this.spool = spool;
    }

    static S3Store open(String bucket, String prefix, S3Settings settings, Path spool) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                // Servers other than that of AWS do not know the checksums that are sent by default.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint()).forcePathStyle(true);
        }
        if (settings.region() != null) {
            builder.region(Region.of(settings.region()));
        } else if (settings.endpoint() != null) {
            builder.region(Region.US_EAST_1);
        }
        try {
            return new S3Store(builder.build(), bucket, prefix, spool);
        } catch (SdkException e) {
            throw new io.undermoon.dev.plan.LaunchException("S3 cannot be used: " + e.getMessage(), e);
        }
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T explained(String name, Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (NoSuchKeyException e) {
            throw (NoSuchFileException) new NoSuchFileException(this + "/" + name).initCause(e);
        } catch (SdkException e) {
            throw new IOException(this + "/" + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public NewFile create(String name) throws IOException {
        Path part = Files.createTempFile(spool, "undermoon-backup-", ".part");
        return new NewFile(name, part, written -> explained(name, () -> upload(name, written)));
    }

    private boolean upload(String name, Path file) throws IOException {
        long size = Files.size(file);
        String key = prefix + name;
        if (size <= LEAST_PART_BYTES) {
            client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromFile(file));
            return true;
        }
        long partBytes = Math.max(LEAST_PART_BYTES, size / MOST_PARTS + 1);
        String upload = client.createMultipartUpload(
                        request -> request.bucket(bucket).key(key))
                .uploadId();
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (long from = 0; from < size; from += partBytes) {
                parts.add(uploadPart(key, upload, parts.size() + 1, file, from, Math.min(partBytes, size - from)));
            }
            client.completeMultipartUpload(request ->
                    request.bucket(bucket).key(key).uploadId(upload).multipartUpload(whole -> whole.parts(parts)));
            return true;
        } catch (IOException | RuntimeException e) {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(upload));
            throw e;
        }
    }

    private CompletedPart uploadPart(String key, String upload, int number, Path file, long from, long length)
            throws IOException {
        // A part that fails is read and sent again by the library.
        RequestBody body =
                RequestBody.fromContentProvider(() -> section(file, from, length), length, "application/octet-stream");
        String tag = client.uploadPart(
                        request ->
                                request.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                        body)
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    private static InputStream section(Path file, long from, long length) {
        try {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ).position(from);
            return new Section(Channels.newInputStream(channel), length);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** So many bytes of a stream. */
    private static final class Section extends FilterInputStream {
        private long left;

        Section(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(target, from, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }

        @Override
        public int available() {
            return (int) Math.min(COPIED_BYTES, left);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }

    @Override
    public InputStream open(String name) throws IOException {
        return explained(
                name, () -> client.getObject(request -> request.bucket(bucket).key(prefix + name)));
    }

    @Override
    public LocalCopy local(String name) throws IOException {
        Path file = Files.createTempFile(spool, "undermoon-backup-", ".copy");
        try (InputStream in = open(name)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return new LocalCopy(file, true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    @Override
    public List<String> list(String begin) throws IOException {
        return explained(
                begin,
                () ->
                        client
                                .listObjectsV2Paginator(
                                        request -> request.bucket(bucket).prefix(prefix + begin))
                                .contents()
                                .stream()
                                .map(S3Object::key)
                                .map(key -> key.substring(prefix.length()))
                                // Some servers and consoles make objects for folders.
                                .filter(name -> !name.endsWith("/"))
                                .sorted()
                                .toList());
    }

    @Override
    public void delete(String name) throws IOException {
        explained(
                name,
                () -> client.deleteObject(request -> request.bucket(bucket).key(prefix + name)));
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
    }

    @Override
    public void close() {
        client.close();
    }
}
