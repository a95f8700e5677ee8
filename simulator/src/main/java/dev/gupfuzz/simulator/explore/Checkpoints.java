package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.BadInput;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where an exploration is kept while it is unfinished, and where it goes on from. A file says what it is of, and is whole or
 * refused: it is written beside the old one, with a checksum, and takes its place at once.
 */
public final class Checkpoints {

    /** Nowhere. */
    public static final Checkpoints NONE = new Checkpoints(null, null, new LinkedHashMap<>(), () -> false);

    private static final String MAGIC = "gupfuzz checkpoint 2";

    private final @Nullable Path resume;
    private final @Nullable Path file;
    private final Map<String, String> identity;
    private final BooleanSupplier due;
    private @Nullable String problem;

    /**
     * @param resume file to go on from, or null
     * @param file file to write when it is time, and when a bound ends the exploration, or null
     * @param identity what is explored, and how: all that the numbers in the file depend on, under its names
     * @param due asked now and then; true when it is time to write
     */
    public Checkpoints(@Nullable Path resume, @Nullable Path file, Map<String, String> identity, BooleanSupplier due) {
        this.resume = resume;
        this.file = file;
        this.identity = identity;
        this.due = due;
    }

    /** Why the file could not be written the last time, if so. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** What writes an exploration, or reads it. */
    interface Body<S> {
        void accept(S stream) throws IOException;
    }

    boolean isDue() {
        return file != null && due.getAsBoolean();
    }

    /**
     * Writes the file for the first time, if one is wanted: now, because later it may be hours of work that cannot be written.
     *
     * @throws UncheckedIOException when it cannot be written
     */
    void begin(Body<DataOutput> body) {
        write(body);
        if (problem != null) {
            throw new UncheckedIOException(problem, new IOException(problem));
        }
    }

    /** Writes the file, if one is wanted. When that fails {@link #problem} says why, until it succeeds; the older file stays. */
    void write(Body<DataOutput> body) {
        if (file == null) {
            return;
        }
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        CRC32 sum = new CRC32();
        try {
            try (OutputStream raw = Files.newOutputStream(beside);
                    DataOutputStream out = new DataOutputStream(
                            new CheckedOutputStream(new BufferedOutputStream(raw, 1 << 16), sum))) {
                out.writeUTF(MAGIC);
                out.writeInt(identity.size());
                for (Map.Entry<String, String> entry : identity.entrySet()) {
                    out.writeUTF(entry.getKey());
                    out.writeUTF(entry.getValue());
                }
                body.accept(out);
                out.writeLong(sum.getValue());
            }
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            problem = null;
        } catch (IOException e) {
            problem = "checkpoint '" + file + "' cannot be written: " + reason(e);
            delete(beside);
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // then it stays: what matters was said
        }
    }

    /**
     * Reads the file to go on from, if there is one.
     *
     * @throws BadInput when it is no checkpoint, not whole, or of something else
     */
    boolean read(Body<DataInput> body) {
        if (resume == null) {
            return false;
        }
        try {
            whole(resume);
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(resume), 1 << 16))) {
                in.readUTF();
                int entries = in.readInt();
                for (int i = 0; i < entries; i++) {
                    same(in.readUTF(), in.readUTF());
                }
                body.accept(in);
            }
            return true;
        } catch (OutOfMemoryError e) {
            throw refused("does not fit into the heap: raise it with GUPFUZZ_JAVA_OPTS=-Xmx...");
        } catch (IOException e) {
            throw refused("cannot be read: " + reason(e));
        }
    }

    /** Whether it is a checkpoint, and its checksum is right. */
    private void whole(Path path) throws IOException {
        CRC32 sum = new CRC32();
        long length = Files.size(path) - Long.BYTES;
        try (DataInputStream in = new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16), sum))) {
            byte[] magic = new byte[MAGIC.length() + Short.BYTES];
            if (length < magic.length) {
                throw refused("is no checkpoint");
            }
            in.readFully(magic);
            if (!new String(magic, Short.BYTES, MAGIC.length(), StandardCharsets.US_ASCII).equals(MAGIC)) {
                throw refused("is no checkpoint of this version of gupfuzz");
            }
            in.skipNBytes(length - magic.length);
            long expected = sum.getValue();
            if (in.readLong() != expected) {
                throw refused("is not whole: its checksum is wrong");
            }
        }
    }

    private void same(String name, String found) {
        String wanted = identity.get(name);
        if (!found.equals(wanted)) {
            throw refused("is of another " + name + ": it has '" + found + "', this is '" + wanted
                    + "'; give the options that it was made with, or start anew without --resume");
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        return e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }

    private BadInput refused(String why) {
        return new BadInput(List.of("checkpoint '" + resume + "' " + why));
    }
}
