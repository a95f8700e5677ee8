package dev.gupfuzz.dashboards;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a panel must show for the test's campaign.
 *
 * @param text for the message of a failed test
 * @param holds asked with the union of the results of the panel's queries, which is never empty
 */
record Expectation(String text, Predicate<List<Prometheus.Sample>> holds) {

    /** One number, this one. */
    static Expectation exactly(double value) {
        return new Expectation(
                "exactly " + value,
                samples -> samples.size() == 1 && samples.get(0).value() == value);
    }

    /** Every series is at this value. */
    static Expectation all(double value) {
        return new Expectation("all " + value, samples -> samples.stream().allMatch(sample -> sample.value() == value));
    }

    /** Every series is from 0 to this value. */
    static Expectation atMost(double value) {
        return new Expectation(
                "from 0 to " + value,
                samples -> samples.stream().allMatch(sample -> sample.value() >= 0 && sample.value() <= value));
    }

    /** Every series is a number, 0 or more. */
    static Expectation nonNegative() {
        return new Expectation("all 0 or more", samples -> samples.stream().allMatch(sample -> sample.value() >= 0));
    }

    /** Every series is a number, and this many or more are above 0. */
    static Expectation positive(int atLeast) {
        return new Expectation(
                "no NaN and at least " + atLeast + " above 0",
                samples -> samples.stream().noneMatch(sample -> Double.isNaN(sample.value()))
                        && samples.stream().filter(sample -> sample.value() > 0).count() >= atLeast);
    }

    /** Some series are above 0; others may be without traffic, NaN included. */
    static Expectation somePositive() {
        return new Expectation("some above 0", samples -> samples.stream().anyMatch(sample -> sample.value() > 0));
    }

    /** The series with this label has exactly this value. */
    static Expectation labelled(String label, String name, double value) {
        return new Expectation(
                label + "=" + name + " at " + value,
                samples -> samples.stream()
                        .anyMatch(sample -> name.equals(sample.labels().get(label)) && sample.value() == value));
    }

    /** The series with this label is above 0. */
    static Expectation labelledPositive(String label, String name) {
        return new Expectation(
                label + "=" + name + " above 0",
                samples -> samples.stream()
                        .anyMatch(sample -> name.equals(sample.labels().get(label)) && sample.value() > 0));
    }
}
