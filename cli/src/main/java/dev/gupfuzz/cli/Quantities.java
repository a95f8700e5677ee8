package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.BadInput;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the numbers that a user writes; each method throws {@link BadInput} with a sentence that names the option. */
final class Quantities {
    private static final Pattern DECIMAL = Pattern.compile("[0-9]+(_[0-9]+)*");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    /** A quarter of a year: longer budgets are typing errors, and nanoseconds stay far from overflowing. */
    private static final Duration LONGEST = Duration.ofDays(92);

    private Quantities() {}

    /** A seed, all 64 bits of it: decimal from 0 to 18446744073709551615, or {@code 0x} and up to 16 hex digits. */
    static long seed(String option, String value) {
        try {
            if (value.startsWith("0x") || value.startsWith("0X")) {
                return Long.parseUnsignedLong(strict(value.substring(2), "[0-9a-fA-F]+"), 16);
            }
            return Long.parseUnsignedLong(strict(value, DECIMAL.pattern()).replace("_", ""));
        } catch (NumberFormatException notOne) {
            throw refused(
                    option,
                    value,
                    "is not a seed",
                    "a number from 0 to 18446744073709551615, or 0x and 1 to 16 hex digits");
        }
    }

    /** A count from 1 to 2^62, which leaves room to add to it. */
    static long count(String option, String value) {
        return number(option, value, 1, 1L << 62);
    }

    /** A whole number between two bounds, both included. */
    static long number(String option, String value, long min, long max) {
        String valid = "a whole number from " + min + " to " + max;
        long number;
        try {
            number = Long.parseLong(strict(value, DECIMAL.pattern()).replace("_", ""));
        } catch (NumberFormatException notOne) {
            String what = value.matches("-[0-9]+") ? "is negative" : "is not a number in range";
            throw refused(option, value, what, valid);
        }
        if (number < min || number > max) {
            throw refused(option, value, number < min ? "is too small" : "is too large", valid);
        }
        return number;
    }

    /** A time budget such as {@code 500ms}, {@code 10s}, {@code 2m} or {@code 1h}; more than nothing. */
    static Duration duration(String option, String value) {
        String valid = "a number with its unit, such as 500ms, 10s, 2m or 1h";
        Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches()) {
            throw refused(option, value, "is not a duration", valid);
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
        if (duration.isZero()) {
            throw refused(option, value, "is no time at all", valid);
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw refused(option, value, "is too long", "at most " + LONGEST.toDays() * 24 + "h");
        }
        return duration;
    }

    /** A seed, hash or id in the one form it is printed in: {@code 0x} and 16 hex digits. */
    static String hex(long value) {
        return String.format("0x%016x", value);
    }

    /** A count as people read it: {@code 1,234,567}. */
    static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String strict(String digits, String pattern) {
        if (!digits.matches(pattern)) {
            throw new NumberFormatException(digits);
        }
        return digits;
    }

    private static BadInput refused(String option, String value, String what, String valid) {
        return new BadInput(List.of(option + " '" + Problems.printable(value) + "' " + what + ": give " + valid));
    }
}
