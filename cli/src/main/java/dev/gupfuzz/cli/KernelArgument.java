package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Utf8;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.KernelFile;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What names a kernel on the command line: a name of the list, a canonical name with its changes, or a file.
 *
 * @param title what to call it: the file's name for it, or the canonical name
 * @param summary what it is
 */
record KernelArgument(Kernel kernel, String title, String summary) {

    private static final String ENDING = ".kernel";

    /** Reads it; empty when it is wrong, which the problems then tell. A file has a slash in it, or ends in .kernel. */
    static Optional<KernelArgument> read(String written, Problems problems) {
        if (!written.contains("/") && !written.endsWith(ENDING)) {
            return problems.attempt(() -> Kernels.named(written))
                    .map(kernel -> new KernelArgument(kernel, kernel.name(), summary(kernel)));
        }
        String file = Problems.printable(written);
        return text(written, file, problems)
                .flatMap(text -> problems.attempt(() -> KernelFile.parse(file, text)))
                .map(read -> new KernelArgument(
                        read.kernel(),
                        read.name(),
                        read.summary().isEmpty() ? summary(read.kernel()) : read.summary()));
    }

    private static String summary(Kernel kernel) {
        boolean changed = !kernel.name().equals(kernel.base());
        return changed ? "changed from " + kernel.base() + ", which is: " + kernel.summary() : kernel.summary();
    }

    private static Optional<String> text(String written, String file, Problems problems) {
        try (InputStream in = Files.newInputStream(Path.of(written))) {
            byte[] bytes = in.readNBytes(KernelFile.BYTES_MAX + 1);
            if (bytes.length > KernelFile.BYTES_MAX) {
                problems.add("'" + file + "' is longer than " + KernelFile.BYTES_MAX + " bytes: is it a kernel?");
                return Optional.empty();
            }
            return problems.attempt(() -> Utf8.text(file, bytes));
        } catch (IOException | IllegalArgumentException unreadable) {
            problems.add("'" + file + "' cannot be read: " + Problems.reason(unreadable));
        }
        return Optional.empty();
    }
}
