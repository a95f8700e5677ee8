package dev.gupfuzz.broker;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The broker's directory: {@code lock} (held while a broker runs), {@code broker.properties} (format, cluster id, ports)
 * and {@code kafka/} (Kafka's own files).
 */
final class DataDirectory implements AutoCloseable {
    private static final int FORMAT = 1;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final Properties stored;

    /** Ports on loopback: one for clients, one between the broker and its controller. */
    record Ports(int client, int controller) {}

    private DataDirectory(Path path, FileChannel lockFile, FileLock lock, Properties stored) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        this.stored = stored;
    }

    static DataDirectory open(Path path) throws InfrastructureException {
        FileChannel lockFile;
        try {
            Files.createDirectories(path.resolve("kafka"));
            lockFile = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new InfrastructureException(
                    "the data directory " + path.toAbsolutePath() + " is not writable: " + e
                            + "; choose another with --data DIR",
                    e);
        }
        DataDirectory opened = null;
        try {
            FileLock lock = tryLock(lockFile);
            if (lock == null) {
                throw new InfrastructureException("the data directory " + path.toAbsolutePath()
                        + " is in use by another gupfuzz process; stop it or choose another with --data DIR");
            }
            opened = new DataDirectory(path, lockFile, lock, load(path.resolve("broker.properties")));
            return opened;
        } catch (IOException e) {
            throw new InfrastructureException(
                    "cannot read the data directory " + path.toAbsolutePath() + ": " + e
                            + "; repair it or choose another with --data DIR",
                    e);
        } finally {
            if (opened == null) {
                closeQuietly(lockFile);
            }
        }
    }

    Path kafkaDirectory() {
        return path.resolve("kafka").toAbsolutePath();
    }

    String clusterId() {
        return stored.getProperty("cluster.id");
    }

    /**
     * The ports to listen on, kept for the next start.
     *
     * @param asked port for clients, or 0 for the stored one
     * @throws InfrastructureException if the port for clients is in use, or the choice cannot be stored
     */
    Ports choosePorts(int asked) throws InfrastructureException {
        int client = asked != 0 ? asked : Integer.parseInt(stored.getProperty("port", "0"));
        if (client != 0 && !isFree(client)) {
            throw new InfrastructureException("port " + client + " on 127.0.0.1 is in use"
                    + (asked != 0 ? "" : ", and the broker of " + path.toAbsolutePath() + " was started on it before")
                    + "; stop the program that uses it or choose another port");
        }
        // The controller's port is nobody else's business, so a taken one is replaced without a word.
        int controller = Integer.parseInt(stored.getProperty("controller.port", "0"));
        if (controller == client || !isFree(controller)) {
            controller = 0;
        }
        try (ServerSocket forClients = bind(client);
                ServerSocket forController = bind(controller)) {
            client = forClients.getLocalPort();
            controller = forController.getLocalPort();
        } catch (IOException e) {
            throw new InfrastructureException("no free port on 127.0.0.1: " + e.getMessage(), e);
        }
        stored.setProperty("port", Integer.toString(client));
        stored.setProperty("controller.port", Integer.toString(controller));
        store();
        return new Ports(client, controller);
    }

    /** Releases the lock. */
    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release the lock of " + path.toAbsolutePath(), e);
        } finally {
            closeQuietly(lockFile);
        }
    }

    private static Properties load(Path file) throws IOException, InfrastructureException {
        Properties stored = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                stored.load(reader);
            }
        }
        String format = stored.getProperty("format", Integer.toString(FORMAT));
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new InfrastructureException(
                    "the data directory " + file.toAbsolutePath().getParent()
                            + " has format " + format + "; this gupfuzz reads format " + FORMAT
                            + ": use the version that wrote it, or choose another with --data DIR");
        }
        stored.setProperty("format", format);
        stored.putIfAbsent("cluster.id", Uuid.randomUuid().toString());
        for (String port : new String[] {"port", "controller.port"}) {
            if (!stored.getProperty(port, "0").matches("[0-9]{1,5}")) {
                throw new InfrastructureException(
                        file.toAbsolutePath() + " is damaged: " + port + " is no port; remove the line");
            }
        }
        return stored;
    }

    private void store() throws InfrastructureException {
        Path file = path.resolve("broker.properties");
        Path written = path.resolve("broker.properties.new");
        try (Writer writer = Files.newBufferedWriter(written)) {
            stored.store(writer, null);
        } catch (IOException e) {
            throw new InfrastructureException("cannot write " + written.toAbsolutePath() + ": " + e, e);
        }
        try {
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new InfrastructureException("cannot replace " + file.toAbsolutePath() + ": " + e, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very JVM
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = bind(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(LOOPBACK, port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the lock file", e);
        }
    }
}
