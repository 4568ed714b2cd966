package dev.belay.it.store;

import dev.belay.models.store.S3Store;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;

/**
 * A server that speaks S3 (S3Proxy), checks signatures, and keeps its objects in memory. AWS
 * clients of this process find its credentials, in system properties, while it is open.
 */
public final class S3Server implements AutoCloseable {
    public static final String KEY_ID = "belay-test";
    public static final String SECRET = "not-a-secret";
    public static final String BUCKET = "models";

    private final BlobStoreContext context;
    private final URI endpoint;
    private S3Proxy proxy;

    private S3Server(BlobStoreContext context, URI endpoint, S3Proxy proxy) {
        this.context = context;
        this.endpoint = endpoint;
        this.proxy = proxy;
    }

    /** With the bucket {@link #BUCKET}, at a free port. */
    public static S3Server start() throws Exception {
        BlobStoreContext context =
                ContextBuilder.newBuilder(new TransientNio2BlobApiMetadata())
                        .credentials("none", "none")
                        .build(BlobStoreContext.class);
        context.getBlobStore().createContainerInLocation(null, BUCKET);
        URI endpoint = URI.create("http://127.0.0.1:" + freePort());
        System.setProperty("aws.accessKeyId", KEY_ID);
        System.setProperty("aws.secretAccessKey", SECRET);
        return new S3Server(context, endpoint, serve(context, endpoint));
    }

    public URI endpoint() {
        return endpoint;
    }

    public S3Store.Options options() {
        return new S3Store.Options(endpoint, null, true);
    }

    /** Overwrites an object behind the store's back. */
    public void alter(String uri, byte[] bytes) {
        String key = uri.substring(("s3://" + BUCKET + "/").length());
        var blobs = context.getBlobStore();
        blobs.putBlob(
                BUCKET, blobs.blobBuilder(key).payload(bytes).contentLength(bytes.length).build());
    }

    /** Refuses connections until {@link #resume}; keeps what it has. */
    public void interrupt() throws Exception {
        proxy.stop();
    }

    public void resume() throws Exception {
        proxy = serve(context, endpoint);
    }

    @Override
    public void close() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        try (context) {
            proxy.stop();
        } catch (Exception e) { // Jetty declares no less
            throw new IllegalStateException("the S3 server does not stop", e);
        }
    }

    private static S3Proxy serve(BlobStoreContext context, URI endpoint) throws Exception {
        S3Proxy proxy =
                S3Proxy.builder()
                        .blobStore(context.getBlobStore())
                        .endpoint(endpoint)
                        .awsAuthentication(AuthenticationType.AWS_V4, KEY_ID, SECRET)
                        .build();
        proxy.start();
        return proxy;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
