package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;

/** Some of the built-in kernels, written as in {@code rules.txt}: {@code v5.9..v5.11}, {@code v6.2..}, {@code all}, {@code none}. */
final class KernelRange {

    static final KernelRange NONE = new KernelRange("none", List.of());

    private final String text;
    private final List<String> kernels;

    private KernelRange(String text, List<String> kernels) {
        this.text = text;
        this.kernels = kernels;
    }

    /**
     * Reads ranges with spaces between them. The end of a range is the first kernel that is not in it any more.
     *
     * @throws BadInput naming everything that is wrong
     */
    static KernelRange parse(String text) {
        List<String> names = Kernels.names();
        List<String> problems = new ArrayList<>();
        List<String> kernels = new ArrayList<>();
        for (String range : text.strip().split("\\s+")) {
            if (range.equals("all")) {
                kernels.addAll(names);
            } else if (!range.equals("none")) {
                int dots = range.indexOf("..");
                String from = dots < 0 ? range : range.substring(0, dots);
                String before = dots < 0 ? "" : range.substring(dots + 2);
                int first = index(from, names, problems);
                int end = before.isEmpty() ? (dots < 0 ? first + 1 : names.size()) : index(before, names, problems);
                if (first >= 0 && end >= 0 && end <= first) {
                    problems.add("the range '" + range + "' holds no kernel: its end comes first");
                } else if (first >= 0 && end >= 0) {
                    kernels.addAll(names.subList(first, end));
                }
            }
        }
        if (kernels.stream().distinct().count() < kernels.size()) {
            problems.add("'" + text + "' names a kernel twice");
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
        return new KernelRange(text.strip(), List.copyOf(kernels));
    }

    private static int index(String name, List<String> names, List<String> problems) {
        int at = names.indexOf(name);
        if (at < 0) {
            problems.add("unknown kernel '" + name + "'" + Nearest.hint(name, names));
        }
        return at;
    }

    boolean has(String kernel) {
        return kernels.contains(kernel);
    }

    List<String> kernels() {
        return kernels;
    }

    @Override
    public String toString() {
        return text;
    }
}
