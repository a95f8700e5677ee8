package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.search.JobRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers many questions by exhaustive exploration: first all of them side by side, each on one core with few states; then,
 * one after the other on all cores, those that need more. Answers do not depend on the number of cores, unless a limit of time or
 * memory ends an exploration.
 */
public final class Verdicts {

    /** States up to which a question is answered on one core. */
    private static final long SMALL = 400_000;

    private final int cores;
    private final Limits limits;

    public Verdicts(int cores, Limits limits) {
        this.cores = cores;
        this.limits = limits;
    }

    /**
     * The answers, in the order of the questions.
     *
     * @param done told of each answer as it comes, by any core, one at a time
     */
    public List<Answer> answer(List<Question> questions, Consumer<Answer> done) {
        List<Inquiry> inquiries = questions.stream()
                .map(question -> new Inquiry(question, limits))
                .toList();
        AtomicReferenceArray<@Nullable Answer> answers = new AtomicReferenceArray<>(questions.size());
        Object lock = new Object();
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        JobRunner.run(Math.min(cores, questions.size()), "verdicts", failed, core -> {
            for (int i = next.getAndIncrement(); i < questions.size(); i = next.getAndIncrement()) {
                if (failed.get() != null) {
                    return;
                }
                Answer answer = small(inquiries.get(i), questions.get(i));
                answers.set(i, answer);
                if (answer != null) {
                    synchronized (lock) {
                        done.accept(answer);
                    }
                }
            }
        });
        List<Answer> all = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Answer answer = answers.get(i);
            if (answer == null) {
                answer = inquiries.get(i).large(cores);
                done.accept(answer);
            }
            all.add(answer);
        }
        return all;
    }

    private @Nullable Answer small(Inquiry inquiry, Question question) {
        return limits.stop().getAsBoolean()
                ? Answer.undecided(question, "the time was over before it began")
                : inquiry.small(SMALL, limits.bytes() / cores);
    }
}
