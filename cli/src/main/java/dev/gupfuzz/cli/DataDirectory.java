package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which a service keeps its state: readable by its owner alone, used by one process at a time, and
 * marked with the version of its format.
 */
final class DataDirectory implements AutoCloseable {
    /** Version of the layout that this program writes. */
    static final int FORMAT = 1;

    private static final String FORMAT_FILE = "format";
    private static final String LOCK_FILE = "lock";
    private static final String TOKEN_FILE = "token";
    private static final String URL_FILE = "url";

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** {@code written}, or {@code $XDG_DATA_HOME/gupfuzz}, or {@code ~/.local/share/gupfuzz}. */
    static Path chosen(@Nullable String written, Map<String, String> environment) {
        if (written != null) {
            return Path.of(written).toAbsolutePath().normalize();
        }
        String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
        // The XDG rule: a relative path there is to be ignored.
        Path base = xdg.startsWith("/") ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".local", "share");
        return base.resolve("gupfuzz");
    }

    /** The token's file in a data directory. */
    static Path token(Path directory) {
        return directory.resolve(TOKEN_FILE);
    }

    /** Where the service of this directory listens, as it noted at its last start. */
    static String url(Path directory) {
        try {
            return Files.readString(directory.resolve(URL_FILE)).strip();
        } catch (IOException none) {
            return CampaignApi.DEFAULT_URL; // no service ever ran here, or it is another machine's
        }
    }

    /** Notes where the service listens. */
    void noteUrl(String url) throws IOException {
        Files.writeString(path.resolve(URL_FILE), url + "\n");
    }

    /**
     * Creates the directory where needed and locks it.
     *
     * @param reset whether to delete what it holds; refused for a directory that is not gupfuzz's
     * @throws InfrastructureException when it cannot be written, is in use, or was written by a newer program
     */
    static DataDirectory open(Path path, boolean reset) throws InfrastructureException {
        try {
            Files.createDirectories(path);
            boolean ours = Files.exists(path.resolve(FORMAT_FILE));
            if (!ours && holdsAnything(path)) {
                throw new InfrastructureException(
                        path + " holds files and is no data directory of gupfuzz: give another --data");
            }
            if (!ours) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
            DataDirectory directory = new DataDirectory(path, lock(path));
            directory.prepare(ours, reset);
            return directory;
        } catch (IOException | UnsupportedOperationException failed) {
            throw new InfrastructureException(
                    path + " cannot be used as data directory (" + failed
                            + "): make it writable or give another --data",
                    failed);
        }
    }

    Path path() {
        return path;
    }

    Path token() {
        return token(path);
    }

    /** Releases the lock. The lock file stays: deleting it would let two processes hold different locks. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void prepare(boolean ours, boolean reset) throws IOException, InfrastructureException {
        try {
            if (ours && reset) {
                empty();
                ours = false;
            }
            if (ours) {
                checkFormat();
            } else {
                Files.writeString(path.resolve(FORMAT_FILE), FORMAT + "\n");
            }
        } catch (IOException | InfrastructureException failed) {
            lock.close();
            throw failed;
        }
    }

    private void checkFormat() throws IOException, InfrastructureException {
        String format = Files.readString(path.resolve(FORMAT_FILE)).strip();
        if (format.equals(Integer.toString(FORMAT))) {
            return;
        }
        boolean newer = format.matches("[0-9]{1,9}") && Integer.parseInt(format) > FORMAT;
        throw new InfrastructureException(path + " has format " + Problems.printable(format)
                + " and this gupfuzz knows "
                + FORMAT + (newer ? ": a newer gupfuzz wrote it; use that one" : ": the file `format` is damaged")
                + ", give another --data, or delete everything in it with --reset");
    }

    private void empty() throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(path)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            if (!file.equals(path) && !file.equals(path.resolve(LOCK_FILE))) {
                Files.delete(file);
            }
        }
    }

    private static boolean holdsAnything(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            // A process that died between creating the lock and the format file leaves the lock alone.
            return files.anyMatch(file -> !file.endsWith(LOCK_FILE));
        }
    }

    private static FileChannel lock(Path path) throws IOException, InfrastructureException {
        FileChannel channel = FileChannel.open(
                path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            lock = null;
        }
        if (lock == null) {
            ByteBuffer holder = ByteBuffer.allocate(32);
            channel.read(holder, 0);
            channel.close();
            String process = new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).strip();
            throw new InfrastructureException(path + " is in use by process " + Problems.printable(process)
                    + ": stop that one, or give another --data");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        return channel;
    }
}
