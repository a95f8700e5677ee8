package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.BadInput;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything that is wrong with what the user wrote, one sentence each. Collected over all options first, so that one
 * attempt shows every mistake.
 */
final class Problems {
    private final List<String> sentences = new ArrayList<>();

    void add(String sentence) {
        if (!sentences.contains(sentence)) {
            sentences.add(sentence);
        }
    }

    /** The value that {@code reading} gives; empty when it threw {@link BadInput}, whose sentences are kept. */
    <T> Optional<T> attempt(Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (BadInput bad) {
            bad.problems().forEach(this::add);
            return Optional.empty();
        }
    }

    /** All of them, in the order in which they were found. */
    List<String> sentences() {
        return List.copyOf(sentences);
    }

    /** Throws {@link BadInput} with every sentence so far, if there is any. */
    void throwIfAny() {
        if (!sentences.isEmpty()) {
            throw new BadInput(sentences);
        }
    }

    /** Why a file cannot be read or written, in words where Java has only the name of a class. */
    static String reason(Exception failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        return printable(
                failure instanceof FileSystemException files && files.getReason() != null
                        ? files.getReason()
                        : failure.toString());
    }

    /** The value as it may be printed: control characters, which could repaint a terminal, spelt out. */
    static String printable(String value) {
        StringBuilder text = new StringBuilder(value.length());
        value.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                text.append(String.format("\\x%02x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }
}
