package dev.gupfuzz.simulator.memory;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** In what order the other CPUs may see what one CPU does. */
public enum MemoryModel {
    /** Sequential consistency: one access after another, and everybody sees each at once. */
    SC("one access after another, seen by everybody at once"),
    /** x86-TSO: a CPU's stores wait in a FIFO buffer, which a LOCKed operation or a fence drains; its loads look there first. */
    TSO("x86: stores wait in a FIFO buffer until a LOCKed operation drains it"),
    /**
     * As arm64 and the kernel's memory model allow: stores become visible in any order, loads are satisfied early, unless something
     * orders them. {@link MemoryOrder} says what is left out.
     */
    WEAK("arm64, the kernel's memory model: stores out of order, loads early, unless something orders them");

    private final String summary;

    MemoryModel(String summary) {
        this.summary = summary;
    }

    /** As it is written everywhere: {@code sc}, {@code tso}, {@code weak}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, in one sentence. */
    public String summary() {
        return summary;
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(MemoryModel::id).toList();
    }

    /** @throws BadInput when there is none of that name */
    public static MemoryModel named(String name) {
        return Arrays.stream(values())
                .filter(model -> model.id().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInput("there is no memory model '" + name + "'" + Nearest.hint(name, names())
                        + "; there are " + String.join(", ", names())));
    }
}
