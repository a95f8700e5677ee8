package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Threads of a small program that have the very same text: of all ways to name them the one with the smallest words. */
final class Twins {

    private final int variables;
    private final int perThread;
    /** For each variable whether it holds the name of a thread, plus one. */
    private final boolean[] owners;
    /** Every way to name the threads: the new name of each. */
    private final List<int[]> ways = new ArrayList<>();

    /** @param apart a thread that the end tells apart, or -1 */
    Twins(Text text, int perThread, int apart) {
        variables = text.variables();
        this.perThread = perThread;
        owners = new boolean[variables];
        for (List<Instruction> thread : text.threads()) {
            for (Instruction in : thread) {
                if (in.code() == Code.LOCK) {
                    owners[in.operands()[0]] = true;
                } else if (in.code() == Code.TRYLOCK) {
                    owners[in.operands()[1]] = true;
                }
            }
        }
        name(text, apart, new int[text.threads().size()], 0, 0);
    }

    private void name(Text text, int apart, int[] names, int t, int used) {
        if (t == names.length) {
            ways.add(names.clone());
            return;
        }
        for (int name = 0; name < names.length; name++) {
            boolean alike = name == t
                    || (text.threads().get(name).equals(text.threads().get(t)) && name != apart && t != apart);
            if (alike && (used >> name & 1) == 0) {
                names[t] = name;
                name(text, apart, names, t + 1, used | 1 << name);
            }
        }
    }

    void canonicalize(int[] words, int[] names) {
        int[] best = null;
        for (int[] way : ways) {
            int[] renamed = renamed(words, way);
            if (best == null || Arrays.compare(renamed, best) < 0) {
                best = renamed;
                System.arraycopy(way, 0, names, 0, names.length);
            }
        }
        System.arraycopy(best, 0, words, 0, words.length);
    }

    private int[] renamed(int[] words, int[] way) {
        int[] renamed = words.clone();
        for (int x = 0; x < variables; x++) {
            if (owners[x] && words[x] > 0) {
                renamed[x] = way[words[x] - 1] + 1;
            }
        }
        for (int t = 0; t < way.length; t++) {
            System.arraycopy(words, variables + t * perThread, renamed, variables + way[t] * perThread, perThread);
        }
        return renamed;
    }
}
