package dev.gupfuzz.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** HotSpot interprets a method of more than 8,000 bytes of bytecode for ever: no method of the simulator may be one. */
class MethodSizeTest {

    /** HotSpot's HugeMethodLimit, in bytes of bytecode. */
    private static final int HUGE_METHOD_LIMIT = 8_000;

    @Test
    void shouldKeepEveryMethodCompilable() throws IOException, URISyntaxException {
        Map<String, Integer> sizes = new TreeMap<>();
        Path classes = Path.of(
                Model.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertThat(classes).isDirectory();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                    String name = classes.relativize(file).toString();
                    codeSizes(in).forEach((method, size) -> sizes.put(name + " " + method, size));
                }
            }
        }
        assertThat(sizes.keySet()).anyMatch(name -> name.startsWith("dev/gupfuzz/simulator/Model.class engine"));
        assertThat(sizes)
                .allSatisfy((method, size) ->
                        assertThat(size).as("bytes of bytecode of %s", method).isLessThanOrEqualTo(HUGE_METHOD_LIMIT));
    }

    @Test
    void shouldMeasureAHugeMethodAsHuge() throws IOException {
        String source = "class Planted { static int huge(int x) {" + "x = x * 31 + 7;".repeat(1_200) + "return x; } }";
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(compile("Planted", source)))) {
            assertThat(codeSizes(in))
                    .hasEntrySatisfying("huge(I)I", size -> assertThat(size).isEqualTo(1_200 * 8 + 2));
        }
    }

    /** Reads a class file (JVMS chapter 4): method name and descriptor to the length of its code. */
    private static Map<String, Integer> codeSizes(DataInputStream in) throws IOException {
        in.readLong(); // magic and version
        String[] utf8 = constantPoolStrings(in);
        in.skipNBytes(6); // access flags, this, super
        in.skipNBytes(2L * in.readUnsignedShort()); // interfaces
        int fields = in.readUnsignedShort();
        for (int i = 0; i < fields; i++) {
            in.skipNBytes(6);
            skipAttributes(in);
        }
        Map<String, Integer> sizes = new TreeMap<>();
        int methods = in.readUnsignedShort();
        for (int i = 0; i < methods; i++) {
            in.skipNBytes(2);
            String method = utf8[in.readUnsignedShort()] + utf8[in.readUnsignedShort()];
            int attributes = in.readUnsignedShort();
            for (int j = 0; j < attributes; j++) {
                String attribute = utf8[in.readUnsignedShort()];
                int length = in.readInt();
                if (attribute.equals("Code")) {
                    in.skipNBytes(4); // max_stack, max_locals
                    int code = in.readInt();
                    sizes.put(method, code);
                    in.skipNBytes(length - 8L);
                } else {
                    in.skipNBytes(length);
                }
            }
        }
        return sizes;
    }

    private static String[] constantPoolStrings(DataInputStream in) throws IOException {
        String[] utf8 = new String[in.readUnsignedShort()];
        for (int i = 1; i < utf8.length; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> utf8[i] = in.readUTF();
                case 5, 6 -> { // long and double take two entries
                    in.skipNBytes(8);
                    i++;
                }
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                default -> throw new IOException("unknown constant pool tag: " + tag);
            }
        }
        return utf8;
    }

    private static void skipAttributes(DataInputStream in) throws IOException {
        int attributes = in.readUnsignedShort();
        for (int i = 0; i < attributes; i++) {
            in.skipNBytes(2);
            in.skipNBytes(in.readInt());
        }
    }

    private static byte[] compile(String name, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        JavaFileObject unit =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavaFileObject output =
                new SimpleJavaFileObject(URI.create("bytes:///" + name + ".class"), JavaFileObject.Kind.CLASS) {
                    @Override
                    public OutputStream openOutputStream() {
                        return bytes;
                    }
                };
        try (JavaFileManager files =
                new ForwardingJavaFileManager<>(compiler.getStandardFileManager(null, null, null)) {
                    @Override
                    public JavaFileObject getJavaFileForOutput(
                            Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
                        return output;
                    }
                }) {
            assertThat(compiler.getTask(null, files, null, List.of("-proc:none"), null, List.of(unit))
                            .call())
                    .isTrue();
        }
        return bytes.toByteArray();
    }
}
