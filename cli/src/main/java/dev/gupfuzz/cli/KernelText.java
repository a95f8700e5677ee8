package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Promise;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.kernel.Safeguard;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** Kernels as text. */
final class KernelText {

    private KernelText() {}

    static void show(Terminal terminal, KernelArgument shown) {
        PrintStream out = terminal.out();
        Kernel kernel = shown.kernel();
        out.println(terminal.bold(shown.title()) + ": " + shown.summary());
        if (!shown.title().equals(kernel.name())) {
            out.println("  kernel     " + kernel.name());
        }
        out.println("  generation " + kernel.generation());
        out.println("  promises");
        promises(out, "    ", List.copyOf(kernel.promises()));
        out.println("  safeguards, each can be removed with --without");
        safeguards(out, "    ", kernel.safeguards(), kernel);
        out.println("  alternatives, each can be added with --with");
        safeguards(out, "    ", kernel.alternatives(), kernel);
    }

    static void diff(Terminal terminal, KernelArgument from, KernelArgument to) {
        PrintStream out = terminal.out();
        out.println("--- " + terminal.bold(title(from)));
        out.println("+++ " + terminal.bold(title(to)));
        List<Safeguard> drops = KernelDocument.beyond(from.kernel(), to.kernel());
        List<Safeguard> adds = KernelDocument.beyond(to.kernel(), from.kernel());
        List<Promise> withdrawn = KernelDocument.promisesBeyond(from.kernel(), to.kernel());
        List<Promise> given = KernelDocument.promisesBeyond(to.kernel(), from.kernel());
        if (drops.isEmpty() && adds.isEmpty() && withdrawn.isEmpty() && given.isEmpty()) {
            out.println("no difference");
            return;
        }
        safeguards(out, "- ", drops, from.kernel());
        safeguards(out, "+ ", adds, to.kernel());
        if (!withdrawn.isEmpty() || !given.isEmpty()) {
            out.println("promises");
            promises(out, "- ", withdrawn);
            promises(out, "+ ", given);
        }
    }

    private static String title(KernelArgument kernel) {
        String name = kernel.kernel().name();
        return kernel.title().equals(name) ? name : kernel.title() + " (" + name + ")";
    }

    private static void promises(PrintStream out, String indent, List<Promise> promises) {
        int width = promises.stream().mapToInt(p -> p.id().length()).max().orElse(0);
        for (Promise promise : promises) {
            out.printf("%s%-" + Math.max(1, width) + "s  %s%n", indent, promise.id(), promise.summary());
        }
    }

    private static void safeguards(PrintStream out, String indent, List<Safeguard> safeguards, Kernel kernel) {
        int width = safeguards.stream().mapToInt(s -> s.name().length()).max().orElse(1);
        String below = " ".repeat(indent.length() + width + 2);
        for (Safeguard safeguard : safeguards) {
            out.printf("%s%-" + width + "s  %s%n", indent, safeguard.name(), safeguard.summary());
            String review = safeguard.review().isEmpty() ? "" : String.join(" ", safeguard.review()) + "; ";
            out.println(below + "(" + review + safeguard.source() + ")");
            safeguard.needs().ifPresent(need -> out.println(below + "no effect yet: it needs " + need.summary()));
            if (!safeguard.insteadOf().isEmpty()) {
                out.println(below + "instead of " + ids(safeguard.insteadOf()));
            }
            List<Rule> others = kernel.insteadOf(safeguard);
            if (!others.isEmpty()) {
                out.println(below + "not in use: " + ids(others) + " is in its place");
            }
            List<Rule> lacks = kernel.lacksFor(safeguard);
            if (!lacks.isEmpty()) {
                out.println(below + "nothing to act on: it builds on " + ids(lacks));
            }
        }
    }

    private static String ids(List<Rule> rules) {
        return rules.stream().map(Rule::id).collect(Collectors.joining(", "));
    }
}
