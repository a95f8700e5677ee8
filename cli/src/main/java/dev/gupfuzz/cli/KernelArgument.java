package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.KernelFile;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
                    .map(kernel -> new KernelArgument(kernel, kernel.name(), kernel.summary()));
        }
        String file = Problems.printable(written);
        return text(written, file, problems)
                .flatMap(text -> problems.attempt(() -> KernelFile.parse(file, text)))
                .map(read -> new KernelArgument(
                        read.kernel(),
                        read.name(),
                        read.summary().isEmpty() ? read.kernel().summary() : read.summary()));
    }

    private static Optional<String> text(String written, String file, Problems problems) {
        try (InputStream in = Files.newInputStream(Path.of(written))) {
            byte[] bytes = in.readNBytes(KernelFile.BYTES_MAX + 1);
            if (bytes.length > KernelFile.BYTES_MAX) {
                problems.add("'" + file + "' is longer than " + KernelFile.BYTES_MAX + " bytes: is it a kernel?");
                return Optional.empty();
            }
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException binary) {
            problems.add("'" + file + "' is not UTF-8 text: is it a kernel?");
        } catch (IOException | IllegalArgumentException unreadable) {
            problems.add("'" + file + "' cannot be read: " + Problems.reason(unreadable));
        }
        return Optional.empty();
    }
}
