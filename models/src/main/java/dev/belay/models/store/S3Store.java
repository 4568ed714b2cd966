package dev.belay.models.store;

import com.google.common.hash.Hashing;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Checkpoints in a bucket of S3 or of a compatible server: {@code
 * s3://bucket/prefix/<experiment>/<model>.<seed>.<run>/}, the same names as in a {@link
 * DirectoryStore}.
 *
 * <p>URIs are absolute, {@code
 * s3://bucket/prefix/sst2/bow.0.1/00000016-weights-<sha256>.safetensors}, and accepted only below
 * the bucket and prefix of this store. Writes are atomic; the server verifies the bytes with a
 * digest. Credentials are found by AWS' default chain (environment, files, the machine's role),
 * never in Belay's settings.
 *
 * <p>Failures of server or network are {@link UncheckedIOException}s; no request is sent before the
 * first use.
 */
public final class S3Store implements CheckpointStore {
    /** Prefix of the locations of such stores. */
    static final String SCHEME = "s3://";

    private static final Pattern LOCATION =
            Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9._/-]*))?");
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final S3Client client;
    private final String bucket;

    /** Prefix of every key: empty, or ending in a slash. */
    private final String prefix;

    /**
     * Connection to the server.
     *
     * @param endpoint null for AWS itself
     * @param region null for the AWS default (environment, files), or, with an endpoint, us-east-1
     * @param pathStyle whether the bucket is in the path instead of the host name, as most servers
     *     other than AWS require
     */
    public record Options(@Nullable URI endpoint, @Nullable String region, boolean pathStyle) {
        public Options {
            if (endpoint != null && !List.of("http", "https").contains(endpoint.getScheme()))
                throw new IllegalArgumentException(
                        "the S3 endpoint is " + endpoint + ", expected http(s)://host:port");
        }

        /** AWS, with its defaults. */
        public static Options aws() {
            return new Options(null, null, false);
        }
    }

    /**
     * @param location {@code s3://bucket/prefix}; the prefix may be missing
     * @throws IllegalArgumentException when the location is not of that form, or no region is known
     */
    public S3Store(String location, Options options) {
        Matcher parts = LOCATION.matcher(location);
        if (!parts.matches())
            throw new IllegalArgumentException(
                    "checkpoint store '" + location + "', expected s3://bucket/prefix");
        bucket = parts.group(1);
        String path = parts.group(2) == null ? "" : parts.group(2).replaceAll("/+$", "");
        if (!path.isEmpty() && !isKey(path))
            throw new IllegalArgumentException(
                    "checkpoint store '" + location + "', expected a prefix of plain names");
        prefix = path.isEmpty() ? "" : path + "/";
        client = client(location, options);
    }

    @Override
    public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        String key = folder(modelId) + kind.fileName(number, sha256);
        try {
            client.putObject(
                    put -> put.bucket(bucket).key(key).contentMD5(md5(bytes)),
                    RequestBody.fromBytes(bytes));
        } catch (SdkException e) {
            throw failed("cannot store " + bytes.length + " bytes as " + uri(key), e);
        }
        return new StoredFile(uri(key), sha256);
    }

    @Override
    public byte[] get(String uri, String sha256) {
        byte[] bytes = read(uri, key(uri));
        String found = Hashing.sha256().hashBytes(bytes).toString();
        if (!found.equals(sha256))
            throw new MalformedCheckpointException(
                    uri + " has SHA-256 " + found + ", expected " + sha256);
        return bytes;
    }

    @Override
    public List<StoredFile> list(String modelId) {
        String folder = folder(modelId);
        try {
            return client
                    .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(folder))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .filter(key -> key.indexOf('/', folder.length()) < 0)
                    .sorted(Comparator.naturalOrder())
                    .map(key -> new StoredFile(uri(key), StoreLayout.sha256(key)))
                    .toList();
        } catch (SdkException e) {
            throw failed("cannot list " + uri(folder), e);
        }
    }

    @Override
    public void delete(String uri) {
        String key = key(uri);
        try {
            client.deleteObject(delete -> delete.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw failed("cannot delete " + uri, e);
        }
    }

    private byte[] read(String uri, String key) {
        try (ResponseInputStream<GetObjectResponse> object =
                client.getObject(get -> get.bucket(bucket).key(key))) {
            Long length = object.response().contentLength();
            if (length != null && length > MAX_BYTES) {
                object.abort();
                throw new MalformedCheckpointException(
                        uri + " has " + length + " bytes, expected at most " + MAX_BYTES);
            }
            byte[] bytes = object.readNBytes(Math.toIntExact(MAX_BYTES));
            if (object.read() >= 0) {
                object.abort();
                throw new MalformedCheckpointException(
                        uri + " has more than " + MAX_BYTES + " bytes, the maximum");
            }
            return bytes;
        } catch (NoSuchKeyException e) {
            var missing = new NoSuchFileException(uri);
            missing.initCause(e);
            throw new UncheckedIOException(
                    StoreLayout.absent(uri, "s3://" + bucket + "/" + prefix), missing);
        } catch (SdkException e) {
            throw failed("cannot read checkpoint " + uri, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read checkpoint " + uri, e);
        }
    }

    private String folder(String modelId) {
        return prefix + StoreLayout.folder(modelId) + "/";
    }

    private String uri(String key) {
        return SCHEME + bucket + "/" + key;
    }

    private String key(String uri) {
        String root = uri(prefix);
        String name = uri.startsWith(root) ? uri.substring(root.length()) : "";
        if (!isKey(name))
            throw new MalformedCheckpointException(
                    "checkpoint URI '" + uri + "', expected a file below " + root);
        return prefix + name;
    }

    /** Whether all names are plain; none is {@code ..}, which some servers would follow. */
    private static boolean isKey(String path) {
        return KEY.matcher(path).matches()
                && List.of(path.split("/", -1)).stream()
                        .noneMatch(name -> name.equals(".") || name.equals(".."));
    }

    private static S3Client client(String location, Options options) {
        S3ClientBuilder builder =
                S3Client.builder()
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(CONNECT)
                                        .socketTimeout(SILENCE))
                        .forcePathStyle(options.pathStyle())
                        // many servers lack AWS's newer checksums; each put has a digest,
                        // and readers verify the SHA-256
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        if (options.endpoint() != null) builder.endpointOverride(options.endpoint());
        if (options.region() != null) builder.region(Region.of(options.region()));
        else if (options.endpoint() != null) builder.region(Region.US_EAST_1);
        try {
            return builder.build();
        } catch (SdkException e) {
            throw new IllegalArgumentException(
                    "cannot open "
                            + location
                            + "; set store.s3.region, and store.s3.endpoint if it is not AWS",
                    e);
        }
    }

    /** The digest that S3 requires; detects accidents, not attacks. */
    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks MD5", e);
        }
    }

    private static UncheckedIOException failed(String what, SdkException e) {
        return new UncheckedIOException(what, new IOException(e.getMessage(), e));
    }
}
