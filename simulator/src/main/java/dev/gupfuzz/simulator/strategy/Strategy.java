package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the next thread is chosen, with everything that it learnt written out: a frozen strategy makes a run a pure function
 * of (kernel, scenario, strategy, seed).
 *
 * <p>The text is {@code WORD[:NUMBER][,LEARNT]}, with a colon before what was learnt where there is no number: {@code
 * pct:3,k=62}, {@code urw:n=31/22}. A portfolio names its members with their shares in percent: {@code
 * portfolio:pct:2,k=61@60+pos@40}.
 */
public final class Strategy {

    /** Several strategies in fixed shares. */
    public static final String PORTFOLIO = "portfolio";

    /** What is used when nothing is said. */
    public static final String DEFAULT = PORTFOLIO;

    /** Forms that {@link #named} takes. */
    public static final List<String> FORMS = Stream.concat(
                    Stream.of(Kind.values()).map(kind -> kind.argument.isEmpty() ? kind.word : kind.word + ":N"),
                    Stream.of(PORTFOLIO))
            .toList();

    private static final String EXPLORED_NAME = "explore";
    /** What a schedule names that no strategy drew: an exploration came to it. */
    public static final Strategy EXPLORED = new Strategy(EXPLORED_NAME, null, 0, "", List.of(), new int[0]);

    private static final long MEMBER = Mix.name(PORTFOLIO);
    private static final String MEMBERS = PORTFOLIO + ":";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");
    private static final int PERCENT = 100;

    /**
     * The members of a portfolio that names none, with their shares: those that lose least against the best single strategy
     * on the planted races of docs/performance.md, and at least 5 percent each.
     */
    private static final String DEFAULT_MEMBERS = "random@7+pct:3@5+urw@14+surw@22+hold@52";

    private final String name;
    private final @Nullable Kind kind;
    private final int argument;
    private final String learnt;
    private final List<Strategy> members;
    private final int[] shares;

    private Strategy(
            String name, @Nullable Kind kind, int argument, String learnt, List<Strategy> members, int[] shares) {
        this.name = name;
        this.kind = kind;
        this.argument = argument;
        this.learnt = learnt;
        this.members = members;
        this.shares = shares;
    }

    private static Strategy single(Kind kind, int argument, String learnt) {
        String number = kind.argument.isEmpty() ? "" : ":" + argument;
        String rest = learnt.isEmpty() ? "" : (number.isEmpty() ? ":" : ",") + learnt;
        return new Strategy(kind.word + number + rest, kind, argument, learnt, List.of(), new int[0]);
    }

    private static Strategy portfolio(String name, List<Strategy> members, int[] shares) {
        return new Strategy(name, null, 0, "", members, shares);
    }

    /**
     * The strategy of one of the {@link #FORMS}, or of one with what it has learnt.
     *
     * @throws BadInput when the text is none of these
     */
    public static Strategy named(String text) {
        if (text.equals(PORTFOLIO)) {
            return members(text, DEFAULT_MEMBERS, text);
        }
        if (text.startsWith(MEMBERS)) {
            return members(text, text.substring(MEMBERS.length()), text);
        }
        String[] words = text.split(":", 2);
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(words[0]) && (words.length == 2 || kind.argument.isEmpty())) {
                return parse(kind, words.length == 2 ? words[1] : null, text);
            }
        }
        throw unknown(text);
    }

    private static Strategy parse(Kind kind, @Nullable String rest, String text) {
        if (rest == null) {
            return single(kind, 0, "");
        }
        String learnt = rest;
        int argument = 0;
        if (!kind.argument.isEmpty()) {
            String[] parts = rest.split(",", 2);
            if (!NUMBER.matcher(parts[0]).matches()) {
                throw unknown(text);
            }
            argument = Integer.parseInt(parts[0]);
            if (argument < 1 || argument > Kind.ARGUMENT_MAX) {
                throw new BadInput("strategy '" + text + "': the " + kind.argument + " must be from 1 to "
                        + Kind.ARGUMENT_MAX + ": " + argument);
            }
            if (parts.length == 1) {
                return single(kind, argument, "");
            }
            learnt = parts[1];
        }
        if (!kind.reads(learnt)) {
            throw unknown(text);
        }
        if (learnt.matches("k=0+")) {
            throw new BadInput("strategy '" + text + "': k must be positive: " + learnt);
        }
        return single(kind, argument, learnt);
    }

    private static Strategy members(String text, String list, String name) {
        List<Strategy> members = new ArrayList<>();
        String[] parts = list.split("\\+", -1);
        int[] shares = new int[parts.length];
        int sum = 0;
        for (int i = 0; i < parts.length; i++) {
            String[] member = parts[i].split("@", -1);
            if (member.length != 2 || !NUMBER.matcher(member[1]).matches() || member[0].startsWith(PORTFOLIO)) {
                throw new BadInput("strategy '" + text + "': a portfolio is written portfolio:NAME@SHARE+NAME@SHARE");
            }
            members.add(named(member[0]));
            shares[i] = Integer.parseInt(member[1]);
            sum += shares[i];
        }
        if (sum != PERCENT) {
            throw new BadInput("strategy '" + text + "': the shares must add up to 100 percent: sum=" + sum);
        }
        return portfolio(name, List.copyOf(members), shares);
    }

    private static BadInput unknown(String text) {
        String head = text.split(":", 2)[0];
        for (String form : FORMS) {
            head = form.equals(head + ":N") ? form : head;
        }
        return new BadInput("unknown strategy '" + text + "'" + Nearest.hint(head, FORMS));
    }

    /** What a finding names: a strategy, or {@link #EXPLORED}. */
    public static Strategy recorded(String text) {
        return text.equals(EXPLORED_NAME) ? EXPLORED : named(text);
    }

    /** The canonical text; {@link #recorded} reads it back. */
    public String name() {
        return name;
    }

    /** The name without what was learnt. */
    public String form() {
        if (kind == null) {
            return members.isEmpty() ? name : PORTFOLIO;
        }
        return single(kind, argument, "").name;
    }

    /** Whether nothing is left to be learnt. */
    public boolean frozen() {
        return members.stream().allMatch(Strategy::frozen) && (kind == null || !kind.learns() || !learnt.isEmpty());
    }

    /** Those that take turns: of a portfolio its members, else this one alone. */
    public List<Strategy> members() {
        return members.isEmpty() ? List.of(this) : members;
    }

    /** The number of the member that runs a seed. */
    public int memberOf(long seed) {
        if (members.isEmpty()) {
            return 0;
        }
        int at = Mix.below(Mix.key(seed, MEMBER), PERCENT);
        int i = 0;
        while (at >= shares[i]) {
            at -= shares[i++];
        }
        return i;
    }

    /** PCT's depth; 0 for others. */
    public int depth() {
        return kind == Kind.PCT ? argument : 0;
    }

    /** The decisions of a run that PCT and ICB count with, or 0. */
    public int k() {
        return (kind == Kind.PCT || kind == Kind.ICB) && !learnt.isEmpty() ? kind.number(learnt) : 0;
    }

    /**
     * This strategy with what it must know about the scenario learnt, by runs on seeds of their own: for PCT and ICB the
     * largest number of decisions, for the uniform walks the steps of each thread, for RFF the number of its targets.
     */
    public Strategy freeze(Kernel kernel, Scenario scenario) {
        return freeze(new Calibration(kernel, scenario));
    }

    private Strategy freeze(Calibration calibration) {
        if (frozen()) {
            return this;
        }
        if (kind != null) {
            return single(kind, argument, kind.learn(calibration, argument));
        }
        List<Strategy> frozen =
                members.stream().map(member -> member.freeze(calibration)).toList();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            texts.add(frozen.get(i).name + "@" + shares[i]);
        }
        return portfolio(MEMBERS + String.join("+", texts), frozen, shares);
    }

    /**
     * Refuses what was learnt about another scenario.
     *
     * @throws BadInput when it speaks of other numbers of threads or pages
     */
    public void requireFor(Scenario scenario) {
        for (Strategy member : members()) {
            if (member.kind != null && !member.learnt.isEmpty() && !member.kind.fits(member.learnt, scenario)) {
                throw new BadInput(
                        "strategy '" + member.name + "' was frozen for another scenario than " + scenario.name());
            }
        }
    }

    /** A scheduler of this strategy, which must be frozen, on a machine of its own. */
    public Scheduler scheduler(Machine machine) {
        return members.isEmpty() ? scheduler(new Views(machine)) : new PortfolioScheduler(machine, this);
    }

    Scheduler scheduler(Views views) {
        if (kind == null) {
            throw new IllegalStateException("[simulator bug] " + name + " draws no schedules itself");
        }
        if (!frozen()) {
            throw new IllegalStateException("[simulator bug] the strategy is not frozen: strategy=" + name);
        }
        return kind.scheduler(views, argument, learnt);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Strategy s && s.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
