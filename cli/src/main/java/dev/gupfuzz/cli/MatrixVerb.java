package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.museum.Exhibit;
import dev.gupfuzz.simulator.museum.Museum;
import dev.gupfuzz.simulator.museum.MuseumTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz matrix}: every bug on every kernel, against history. */
@Command(
        name = "matrix",
        description = {
            "Which kernel shows which bug, by exhaustive exploration, against what history says.",
            "",
            "A row for each entry of the museum: bugs that Linux had, and cases of its selftest cow.c. Exit code 0: every cell"
                    + " agrees with history, or the table says why it does not. 1: one does not agree. 3: one was not"
                    + " decided, or an entry has no scenario yet."
        },
        sortOptions = false)
final class MatrixVerb implements Verb {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final String QUICK = "quick";

    @Option(
            names = "--bug",
            paramLabel = "ID",
            description = "An entry of the table, such as B12 or cow-3; repeatable. Default: all of them.")
    List<String> bugs = new ArrayList<>();

    @Option(
            names = "--kernel",
            paramLabel = "NAME",
            description = "A kernel of `gupfuzz kernels list`; repeatable. Default: all of them.")
    List<String> kernels = new ArrayList<>();

    @Option(
            names = "--subset",
            paramLabel = "NAME",
            description = "quick: the entries that the table marks so, for a gate.")
    @Nullable
    String subset;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = "A table of your own in the place of the built-in one.")
    @Nullable
    String table;

    @Mixin
    LimitOptions limits = new LimitOptions();

    @Mixin
    PageOptions page = new PageOptions();

    @Override
    public int run(Session session) {
        Problems problems = session.problems();
        page.check(problems);
        List<Exhibit> exhibits = exhibits(problems);
        List<Kernel> columns = columns(problems);
        LimitOptions.Chosen chosen = limits.choose(session);
        problems.throwIfAny();
        session.interrupts().allow(GRACE, ExitCode.INTERRUPTED);
        long start = System.nanoTime();
        List<Museum.Row> rows;
        try (Progress progress =
                Progress.of(session.terminal(), "matrix", Museum.explorations(exhibits, columns), "cells")) {
            rows = Museum.rows(exhibits, columns, chosen.cores(), chosen.limits(), answer -> progress.add(1));
        }
        MatrixResult result = new MatrixResult(
                columns,
                rows,
                chosen.cores(),
                (System.nanoTime() - start) / 1e9,
                session.interrupts().requested());
        if (page.output.json) {
            Json.print(session.terminal().out(), MatrixDocument.of(result));
        } else if (page.markdown) {
            new MatrixPage(session.terminal().out()).print(result);
        } else {
            new MatrixText(session.terminal()).print(result);
        }
        return result.exitCode();
    }

    private List<Exhibit> exhibits(Problems problems) {
        if (subset != null && !subset.equals(QUICK)) {
            problems.add("unknown subset '" + Problems.printable(subset) + "'" + Nearest.hint(subset, List.of(QUICK)));
        }
        Optional<List<Exhibit>> read = table == null
                ? Optional.of(MuseumTable.builtIn())
                : TableArgument.read(table, MuseumTable::parse, problems);
        if (read.isEmpty()) {
            return List.of();
        }
        Map<String, Exhibit> byId = new LinkedHashMap<>();
        read.get().forEach(exhibit -> byId.put(exhibit.id(), exhibit));
        List<Exhibit> chosen = new ArrayList<>();
        for (String id : bugs) {
            Exhibit exhibit = byId.get(id);
            if (exhibit == null) {
                problems.add(
                        "the table has no entry '" + Problems.printable(id) + "'" + Nearest.hint(id, byId.keySet()));
            } else if (!chosen.contains(exhibit)) {
                chosen.add(exhibit);
            }
        }
        return (bugs.isEmpty() ? read.get() : chosen)
                .stream().filter(exhibit -> subset == null || exhibit.quick()).toList();
    }

    private List<Kernel> columns(Problems problems) {
        if (kernels.isEmpty()) {
            return Kernels.all();
        }
        List<Kernel> chosen = new ArrayList<>();
        for (String name : kernels) {
            problems.attempt(() -> release(name))
                    .filter(kernel -> !chosen.contains(kernel))
                    .ifPresent(chosen::add);
        }
        return chosen;
    }

    private static Kernel release(String name) {
        Kernel kernel = Kernels.named(name);
        if (!kernel.name().equals(kernel.base())) {
            throw new BadInput("history knows releases only, not '" + kernel.name() + "': give " + kernel.base());
        }
        return kernel;
    }
}
