package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.SmallProgram;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import java.util.List;
import java.util.stream.IntStream;

/** The pending steps of a small program. Objects are its variables, and behind them one for each thread's registers. */
final class TextPending extends Pending {

    private final SmallProgram program;
    private final Text text;
    private final List<int[]> groups;

    /** @param groups the variables of each group */
    TextPending(SmallProgram program, Text text, List<int[]> groups) {
        super(roles(text), labelNames(text));
        this.program = program;
        this.text = text;
        this.groups = groups;
    }

    private static long[] roles(Text text) {
        return IntStream.range(0, text.threads().size())
                .mapToLong(t -> Mix.name("thread " + t))
                .toArray();
    }

    private static long[] labelNames(Text text) {
        int longest = text.threads().stream().mapToInt(List::size).max().orElseThrow();
        return IntStream.range(0, longest)
                .mapToLong(i -> Mix.name("instruction " + i))
                .toArray();
    }

    SmallProgram program() {
        return program;
    }

    @Override
    int label(int t) {
        return program.words()[text.variables() + t * (1 + text.registers())];
    }

    private Instruction next(int t) {
        return text.threads().get(t).get(label(t));
    }

    @Override
    int word(int t) {
        int[] o = next(t).operands();
        return switch (next(t).code()) {
            case LOAD, TRYLOCK -> o[1];
            case STORE, STORE_NEXT, SET, ADD, LOCK, UNLOCK, READ_LOCK, READ_UNLOCK, WRITE_LOCK, WRITE_UNLOCK, AWAIT ->
                o[0];
            default -> text.variables() + t; // its registers alone
        };
    }

    @Override
    int kind(int t) {
        return switch (next(t).code()) {
            case LOAD, AWAIT -> READS;
            case STORE, STORE_NEXT, SET -> WRITES;
            default -> READS | WRITES;
        };
    }

    @Override
    int words() {
        return text.variables() + text.threads().size();
    }

    @Override
    int starts(int t) {
        return 0;
    }

    @Override
    int groups() {
        return groups.size();
    }

    @Override
    boolean inGroup(int word, int group) {
        return IntStream.of(groups.get(group)).anyMatch(member -> member == word);
    }
}
