package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.BadInput;
import java.util.ArrayList;
import java.util.List;

/** A word of a litmus test and where it stands. */
record Token(String text, int line, int column) {

    private static final List<String> SIGNS = List.of("/\\", "\\/", "==", "!=", "<=", ">=", "&&", "||");
    private static final String SINGLE = "{}()[]<>;,:=+-*&|^!~.";

    boolean isName() {
        return !text.isEmpty() && (Character.isLetter(text.charAt(0)) || text.charAt(0) == '_');
    }

    boolean isNumber() {
        return !text.isEmpty() && Character.isDigit(text.charAt(0));
    }

    /** The words behind the title, and an empty one at the end; comments are left out. */
    static List<Token> of(String file, String text, int from, int firstLine) {
        List<Token> tokens = new ArrayList<>();
        int line = firstLine;
        int lineStart = from;
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            int end = at + 1;
            if (c == '\n') {
                line++;
                lineStart = end;
            } else if (text.startsWith("//", at)) {
                end = text.indexOf('\n', at);
                end = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at) || (text.startsWith("(*", at) && mayComment(tokens))) {
                int close = text.indexOf(c == '(' ? "*)" : "*/", at + 2);
                if (close < 0) {
                    throw new BadInput(file + ":" + line + ":" + (at - lineStart + 1) + ": this comment is not closed");
                }
                end = close + 2;
                for (int i = at; i < end; i++) {
                    if (text.charAt(i) == '\n') {
                        line++;
                        lineStart = i + 1;
                    }
                }
            } else if (Character.isLetterOrDigit(c) || c == '_') {
                while (end < text.length() && isPart(text.charAt(end))) {
                    end++;
                }
                tokens.add(new Token(text.substring(at, end), line, at - lineStart + 1));
            } else if (!Character.isWhitespace(c)) {
                int start = at;
                end = SIGNS.stream().anyMatch(sign -> text.startsWith(sign, start)) ? at + 2 : at + 1;
                if (end == at + 1 && SINGLE.indexOf(c) < 0) {
                    throw new BadInput(file + ":" + line + ":" + (at - lineStart + 1) + ": '" + c
                            + "' belongs to no statement of a litmus test");
                }
                tokens.add(new Token(text.substring(at, end), line, at - lineStart + 1));
            }
            at = end;
        }
        tokens.add(new Token("", line, at - lineStart + 1));
        return tokens;
    }

    /** Whether "(*" begins a comment here and not the operand of a call, as in {@code READ_ONCE(*x)}. */
    private static boolean mayComment(List<Token> before) {
        if (before.isEmpty()) {
            return true;
        }
        Token last = before.get(before.size() - 1);
        return last.isNumber() || List.of(";", "{", "}", ")", "]").contains(last.text());
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
