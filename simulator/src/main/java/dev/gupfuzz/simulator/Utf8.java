package dev.gupfuzz.simulator;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** Text of files that somebody else wrote. */
public final class Utf8 {

    private Utf8() {}

    /**
     * The text of a file.
     *
     * @param file its name in the error message
     * @throws BadInput with line and column of the first bytes that are no text in UTF-8
     */
    public static String text(String file, byte[] content) {
        CharBuffer text = CharBuffer.allocate(content.length);
        boolean bad = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(content), text, true)
                .isError();
        text.flip();
        if (bad) {
            String before = text.toString();
            long line = 1 + before.chars().filter(c -> c == '\n').count();
            int column = before.length() - before.lastIndexOf('\n');
            throw new BadInput(file + ":" + line + ":" + column + ": this is not text in UTF-8");
        }
        return text.toString();
    }
}
