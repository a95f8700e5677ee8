package dev.gupfuzz.benchmarks;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Schedules and steps a second, all invariants on, each run's state hashed as a campaign hashes it. With {@code -t 2} two
 * threads run on machines of their own. {@code path=learnt} repeats one seed: the gap to {@code seeds} is what mispredicted
 * branches cost. Run with {@code -prof gc} for what is allocated a schedule.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class SamplingBenchmark {

    /** One core's machine. */
    @State(Scope.Thread)
    public static class Core {

        @Param({"v5.9", "v5.11"})
        String kernel;

        @Param({"random", "pct:3"})
        String strategy;

        @Param({"seeds", "learnt"})
        String path;

        @Param("fork-vs-pin-fast")
        String scenario;

        Scheduler scheduler;
        Machine machine;
        long seed;
        long stride;

        /** Makes the machine and learns what the strategy must know. */
        @Setup
        public void setUp() {
            Kernel k = Kernels.named(kernel);
            Scenario s = Scenarios.named(scenario);
            machine = Step.machine(k, s);
            scheduler = Strategy.named(strategy).freeze(k, s).scheduler(machine);
            seed = 7;
            stride = path.equals("seeds") ? 1 : 0;
        }
    }

    /** What a benchmark operation is made of. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long steps;
        public long schedules;
    }

    /** CPU time of the measuring thread, which other work on the machine does not lengthen. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cpu {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        /** CPU nanoseconds and steps of all measured iterations; their ratio is the figure. */
        public long cpuNanos;

        public long cpuSteps;

        private long began;

        /** Iterations begin and end on the measuring thread. */
        @Setup(Level.Iteration)
        public void begin() {
            began = THREADS.getCurrentThreadCpuTime();
        }

        /** Before the counters are read. */
        @TearDown(Level.Iteration)
        public void end() {
            cpuNanos += THREADS.getCurrentThreadCpuTime() - began;
        }
    }

    /** One schedule, from reset to hash. */
    @Benchmark
    public long schedule(Core core, Work work, Cpu cpu) {
        core.seed += core.stride;
        core.scheduler.run(core.seed);
        work.steps += core.scheduler.steps();
        cpu.cpuSteps += core.scheduler.steps();
        work.schedules++;
        return core.machine.stateHash();
    }
}
