package dev.belay.runtime.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The default of the setting {@code instance}: the host's name and eight random digits, unique
 * among running processes and kept for the next one.
 *
 * <p>The digits are in numbered files of a folder. A process takes the first file that no other
 * process has locked, and holds its lock until it ends, however it ends. So a process that is
 * restarted finds its name again and ends at once what its predecessor left open, and two processes
 * with one folder have two names.
 */
final class InstanceName {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceName.class);
    private static final int DIGITS = 8;
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + DIGITS + "}");

    /** The names of this process by folder. */
    private static final Map<Path, String> NAMES = new HashMap<>();

    /** Their files: open as long as the process runs, since closing one ends its lock. */
    private static final List<FileChannel> LOCKED = new ArrayList<>();

    private InstanceName() {}

    /**
     * The name of this process, the same at each call.
     *
     * @param folder made if absent; where it can't be written, the name is not kept
     */
    static synchronized String in(Path folder) {
        return NAMES.computeIfAbsent(
                folder.toAbsolutePath().normalize(), f -> host() + "-" + digits(f));
    }

    private static String digits(Path folder) {
        try {
            Files.createDirectories(folder);
            for (int n = 0; ; n++) {
                String digits = lockedDigits(folder.resolve("instance-" + n));
                if (digits != null) {
                    return digits;
                }
            }
        } catch (IOException e) {
            LOG.warn("the name of this instance can't be kept in {}: {}", folder, e.toString());
            return random();
        }
    }

    /** The digits of a file, made where it has none; null while another process has locked it. */
    private static @Nullable String lockedDigits(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            if (!locked) {
                return null;
            }
            ByteBuffer found = ByteBuffer.allocate(DIGITS);
            channel.read(found, 0);
            String digits = new String(found.array(), StandardCharsets.US_ASCII);
            if (!FORM.matcher(digits).matches()) {
                digits = random();
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(digits.getBytes(StandardCharsets.US_ASCII)), 0);
                channel.force(true);
            }
            LOCKED.add(channel);
            return digits;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static String random() {
        return HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // a machine that does not know its own name
        }
    }
}
