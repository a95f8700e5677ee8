package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The single strategies: how each is written, what it learns about a scenario, and how it is made. */
enum Kind {
    RANDOM("random", "", "") {
        @Override
        String learn(Calibration calibration, int argument) {
            return "";
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            return new RandomWalk(views.pending());
        }
    },

    PCT("pct", "depth", "k=([0-9]{1,9})") {
        @Override
        String learn(Calibration calibration, int argument) {
            return longest(calibration, argument);
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            return new Pct(views.machine(), argument, number(learnt));
        }
    },

    ICB("icb", "number of preemptions", "k=([0-9]{1,9})") {
        @Override
        String learn(Calibration calibration, int argument) {
            return longest(calibration, argument);
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            return new RuleScheduler(views.pending(), new IcbRule(views.pending(), argument, number(learnt)));
        }
    },

    POS("pos", "", "") {
        @Override
        String learn(Calibration calibration, int argument) {
            return "";
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            return new RuleScheduler(views.pending(), new PosRule(views.pending()));
        }
    },

    URW("urw", "", "n=(" + Counts.ROW + ")") {
        @Override
        String learn(Calibration calibration, int argument) {
            return "n=" + calibration.profile().steps().text();
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            int[] steps = Counts.parse(group(learnt, 1)).row();
            return new RuleScheduler(views.pending(), new UrwRule(views.pending(), steps));
        }

        @Override
        boolean fits(String learnt, Scenario scenario) {
            return Counts.parse(group(learnt, 1)).has(1, scenario.threads().size());
        }
    },

    SURW("surw", "", "n=(" + Counts.ROW + "),g=(" + Counts.ROWS + ")") {
        @Override
        String learn(Calibration calibration, int argument) {
            Profile profile = calibration.profile();
            return "n=" + profile.steps().text() + ",g=" + profile.accesses().text();
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            int[] steps = Counts.parse(group(learnt, 1)).row();
            int[][] accesses = Counts.parse(group(learnt, 2)).rows();
            return new RuleScheduler(views.pending(), new SurwRule(views.pending(), steps, accesses));
        }

        @Override
        boolean fits(String learnt, Scenario scenario) {
            int threads = scenario.threads().size();
            int groups = MachinePending.groups(scenario.world().pages);
            return Counts.parse(group(learnt, 1)).has(1, threads)
                    && Counts.parse(group(learnt, 2)).has(groups, threads);
        }
    },

    HOLD("hold", "", "n=(" + Counts.ROW + "),c=(" + Counts.ROW + "),r=(" + Races.TEXT + ")") {
        @Override
        String learn(Calibration calibration, int argument) {
            Races.Learnt learnt = Races.learn(calibration.machine());
            return URW.learn(calibration, argument) + ",c=" + learnt.counts().text() + ",r="
                    + learnt.races().text();
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            MachinePending pending = views.pending();
            int[] steps = Counts.parse(group(learnt, 1)).row();
            int[] racing = Counts.parse(group(learnt, 2)).row();
            Races races = Races.parse(pending, group(learnt, 3));
            Rule walk = new UrwRule(pending, steps);
            return new RuleScheduler(pending, new HoldRule(walk, steps, races, racing));
        }

        @Override
        boolean fits(String learnt, Scenario scenario) {
            int threads = scenario.threads().size();
            return Counts.parse(group(learnt, 1)).has(1, threads)
                    && Counts.parse(group(learnt, 2)).has(1, threads)
                    && Races.threads(group(learnt, 3)) == threads;
        }
    },

    RFF("rff", "", "t=([0-9]{1,5})/(0|(?:[0-9a-f]{2}){1,500})") {
        @Override
        String learn(Calibration calibration, int argument) {
            MachinePending pending = new MachinePending(calibration.machine());
            RffTargets targets = RffTargets.of(pending);
            byte[] met = targets.met(pending).toByteArray();
            return "t=" + targets.count() + "/"
                    + (met.length == 0 ? "0" : HexFormat.of().formatHex(met));
        }

        @Override
        Scheduler scheduler(Views views, int argument, String learnt) {
            Machine m = views.machine();
            RffTargets targets = RffTargets.of(new MachinePending(Step.machine(m.kernel, m.scenario)));
            BitSet met = met(learnt);
            if (targets.count() != number(learnt) || met.length() > targets.count()) {
                throw new BadInput("strategy 'rff:" + learnt + "': " + m.kernel.name() + " with " + m.scenario.name()
                        + " has " + targets.count() + " targets");
            }
            return new RuleScheduler(views.pending(), new RffRule(views.pending(), targets.only(met)));
        }

        private BitSet met(String learnt) {
            String hex = group(learnt, 2);
            return hex.length() > 1 ? BitSet.valueOf(HexFormat.of().parseHex(hex)) : new BitSet();
        }
    };

    static final int ARGUMENT_MAX = 16;
    private static final int CALIBRATION_RUNS = 256;
    private static final long LANE = Mix.name("calibration");

    final String word;
    /** What its number says; empty for those without one. */
    final String argument;

    private final Pattern learnt;

    Kind(String word, String argument, String learnt) {
        this.word = word;
        this.argument = argument;
        this.learnt = Pattern.compile(learnt);
    }

    /** What must be known about the scenario, found by runs on seeds of their own; empty when nothing must. */
    abstract String learn(Calibration calibration, int argument);

    abstract Scheduler scheduler(Views views, int argument, String learnt);

    /** Whether what was learnt is about a scenario of this form. */
    boolean fits(String text, Scenario scenario) {
        return true;
    }

    boolean learns() {
        return !learnt.pattern().isEmpty();
    }

    /** Whether a text has the form of what this strategy learns. */
    boolean reads(String text) {
        return learns() && learnt.matcher(text).matches();
    }

    /** The largest number of decisions that a run of this strategy made, each run using the maximum so far. */
    String longest(Calibration calibration, int value) {
        Views views = new Views(calibration.machine());
        long lane = Mix.lane(0, LANE);
        int longest = 1;
        Scheduler scheduler = scheduler(views, value, "k=" + longest);
        for (int i = 0; i < CALIBRATION_RUNS; i++) {
            scheduler.run(Mix.at(lane, i));
            if (scheduler.decisions() > longest) {
                longest = scheduler.decisions();
                scheduler = scheduler(views, value, "k=" + longest);
            }
        }
        return "k=" + longest;
    }

    String group(String text, int i) {
        Matcher matcher = learnt.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalStateException("[simulator bug] not learnt by " + word + ": " + text);
        }
        return matcher.group(i);
    }

    int number(String text) {
        return Integer.parseInt(group(text, 1));
    }
}
