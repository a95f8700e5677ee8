package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.List;
import java.util.Optional;

/**
 * A bug that Linux had, or a case of its tests, with its history.
 *
 * @param id its name, such as B12
 * @param scenario the program that shows it; empty while nobody has written one
 * @param changes what is different from the releases on every kernel, such as another processor's TLB flush
 * @param shows what counts as showing it
 * @param history kernels that should show it
 * @param absences kernels on which the scenario has no meaning
 * @param differences cells for which something else than history is right
 * @param quick whether it belongs to the quick part
 */
public record Exhibit(
        String id,
        String title,
        Optional<Scenario> scenario,
        Changes changes,
        Shows shows,
        KernelRange history,
        List<Note> absences,
        List<Note> differences,
        boolean quick) {

    /**
     * What is said about some kernels.
     *
     * @param kind what is found on them
     * @param because why
     * @param source where that can be read
     */
    public record Note(KernelRange kernels, Kind kind, String because, String source) {}

    /** Whether a kernel should show it, as history has it. */
    public boolean shouldShow(String kernel) {
        return history.has(kernel);
    }

    /** Why the scenario has no meaning on a kernel. */
    public Optional<Note> absence(String kernel) {
        return note(absences, kernel);
    }

    /** Why a kernel is right to differ from history. */
    public Optional<Note> difference(String kernel) {
        return note(differences, kernel);
    }

    private static Optional<Note> note(List<Note> notes, String kernel) {
        return notes.stream().filter(note -> note.kernels().has(kernel)).findFirst();
    }

    /** The kernels that should show it, as the table has them. */
    public String historyText() {
        return history.toString();
    }
}
