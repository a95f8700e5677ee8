package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where a shared CPU may turn to another thread: how the kernel is built. */
final class PreemptOption {
    private static final String NONE = "none";
    private static final String FULL = "full";
    private static final String RT = "rt";
    private static final List<String> MODELS = List.of(NONE, FULL, RT);

    @Option(
            names = "--preempt",
            paramLabel = "none|full|rt",
            description =
                    "Where a CPU that threads share ('on cpu' in a scenario) may turn to another one: none, in user"
                            + " mode, where a thread sleeps and at cond_resched(); full, anywhere but under spin locks and with"
                            + " interrupts or preemption off; rt, under spin locks too, which sleep. full is --with preempt-full,"
                            + " rt is --with preempt-rt. Default: none.")
    @Nullable
    String preempt;

    /** The kernel, built as is asked for. */
    Kernel on(Kernel kernel, Problems problems) {
        if (preempt == null) {
            return kernel;
        } else if (!MODELS.contains(preempt)) {
            problems.add("--preempt '" + Problems.printable(preempt) + "' is none of " + String.join(", ", MODELS)
                    + Nearest.hint(preempt, MODELS));
            return kernel;
        }
        String built = kernel.has(Rule.PREEMPT_RT) ? RT : kernel.has(Rule.PREEMPT_FULL) ? FULL : NONE;
        if (built.equals(preempt)) {
            return kernel;
        } else if (!built.equals(NONE)) {
            problems.add("--preempt " + preempt + " contradicts the kernel " + kernel.name() + ": leave one out");
            return kernel;
        }
        return kernel.with((preempt.equals(RT) ? Rule.PREEMPT_RT : Rule.PREEMPT_FULL).id());
    }
}
