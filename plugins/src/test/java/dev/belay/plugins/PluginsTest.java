package dev.belay.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
    @TempDir Path dir;

    @AfterEach
    void onlyTheApplication() throws IOException {
        Plugins.use(Files.createDirectories(dir.resolve("none")));
    }

    @Test
    void jarsOfTheFolderAreFoundAndSeeTheApplication() throws IOException {
        jar("a.jar", "Hello", "hello", "Hello");
        jar("b.jar", "Ciao", "ciao", "Ciao");
        // When
        Plugins.use(dir);
        // Then
        assertEquals(List.of("ciao", "hello"), List.copyOf(Plugins.load(Greeting.class).keySet()));
        assertEquals("Ciao", Plugins.get(Greeting.class, "ciao").greet());
        assertSame(Plugins.get(Greeting.class, "ciao"), Plugins.get(Greeting.class, "ciao"));
    }

    @Test
    void twoOfOneNameAreAnErrorThatNamesBoth() throws IOException {
        jar("a.jar", "Hello", "hello", "Hello");
        jar("b.jar", "Hullo", "hello", "Hullo");
        // When
        var e = assertThrows(IllegalStateException.class, () -> Plugins.use(dir));
        // Then
        for (String part : List.of("Greeting", "'hello'", "Hello in ", "a.jar", "Hullo", "b.jar"))
            assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    @Test
    void anUnknownNameIsAnErrorThatListsTheKnownOnes() throws IOException {
        jar("a.jar", "Hello", "hello", "Hello");
        Plugins.use(dir);
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> Plugins.get(Greeting.class, "hallo"));
        assertTrue(
                String.valueOf(e.getMessage())
                        .startsWith(
                                "unknown Greeting 'hallo', expected one of [hello]; did you mean"
                                        + " 'hello'?"),
                e.getMessage());
    }

    @Test
    void aMissingFolderAndABrokenJarAreErrors() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> Plugins.use(dir.resolve("absent")));
        // Given a jar that names a class it does not have
        try (var jar = new JarOutputStream(Files.newOutputStream(dir.resolve("c.jar")))) {
            entry(
                    jar,
                    "META-INF/services/" + Greeting.class.getName(),
                    "Absent".getBytes(StandardCharsets.UTF_8));
        }
        var e = assertThrows(IllegalStateException.class, () -> Plugins.use(dir));
        assertTrue(String.valueOf(e.getMessage()).contains("Absent"), e.getMessage());
    }

    @Test
    void aClassThatAPlugInNeedsAndNoJarHasIsNamed() throws IOException {
        // Given a plug-in whose base class was left out of the jar
        compile("base", "Base", "public class Base {}");
        String source =
                source("Derived", "derived", "Derived")
                        .replace("Derived impl", "Derived extends Base impl");
        Path classes = compile("d.jar.classes", "Derived", source);
        pack(dir.resolve("d.jar"), classes, "Derived");
        // When
        var e = assertThrows(IllegalStateException.class, () -> Plugins.use(dir));
        // Then
        String message = String.valueOf(e.getMessage());
        assertTrue(
                message.contains("Greeting: ") && message.contains("found no class Base;"),
                message);
    }

    @Test
    void aPlugInThatFailsToStartIsAnErrorWithItsReason() throws IOException {
        // Given
        String source =
                source("Failing", "f", "f")
                        .replace(
                                "{ public String name",
                                "{ static int n = 1 / Integer.parseInt(\"0\"); public String name");
        pack(dir.resolve("f.jar"), compile("f.jar.classes", "Failing", source), "Failing");
        // When
        var e = assertThrows(IllegalStateException.class, () -> Plugins.use(dir));
        // Then
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("Failing") && message.contains("/ by zero"), message);
    }

    @Test
    void oneClassInTwoJarsIsAnErrorThatNamesBoth() throws IOException {
        jar("a.jar", "Hello", "hello", "Hello");
        jar("hello-2.jar", "Hello", "hello", "Hello again");
        // When
        var e = assertThrows(IllegalArgumentException.class, () -> Plugins.use(dir));
        // Then
        for (String part : List.of("class Hello in ", "a.jar", "hello-2.jar", "in one jar"))
            assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    @Test
    void jarsAreReturnedAndWhatIsNoJarIsAnError() throws IOException {
        assertEquals(List.of(), Plugins.use(dir));
        Path jar = Files.writeString(dir.resolve("text.jar"), "text");
        Path none = Files.createDirectories(dir.resolve("none"));
        assertEquals(List.of(), Plugins.use(none));
        var e = assertThrows(IllegalArgumentException.class, () -> Plugins.use(dir));
        assertTrue(String.valueOf(e.getMessage()).contains(jar.toString()), e.getMessage());
    }

    @Test
    void parametersAreCanonicalAndOmitDefaults() {
        Plugin plugin = plugin();
        Parameters given =
                Parameters.of(plugin, Map.of("rate", ".50", "count", "07", "hard", "false"));
        assertEquals(0.5, given.number("rate"));
        assertEquals(7, given.integer("count"));
        assertEquals("x", given.text("word"));
        assertEquals(Map.of("count", "7"), given.differing());
    }

    @Test
    void aParameterWithoutDefaultMustBeGiven() {
        Plugin plugin =
                new Plugin() {
                    @Override
                    public String name() {
                        return "p";
                    }

                    @Override
                    public List<Parameter> parameters() {
                        return List.of(Parameter.file("path", "where"));
                    }
                };
        assertEquals("a b", Parameters.of(plugin, Map.of("path", "a b")).text("path"));
        for (Map<String, String> given : List.of(Map.<String, String>of(), Map.of("path", " "))) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class, () -> Parameters.of(plugin, given));
            assertTrue(String.valueOf(e.getMessage()).contains("'path' of 'p' is "), e::toString);
            assertTrue(e.toString().endsWith(", expected a file name"), e::toString);
        }
    }

    @Test
    void wrongParametersAreNamedWithWhatWasExpected() {
        Plugin plugin = plugin();
        for (var wrong :
                Map.of(
                                "rate=2", "'rate' of 'p' is '2', expected a number from 0.0 to 1.0",
                                "rate=NaN", "expected a number from 0.0 to 1.0",
                                "count=1.5", "expected a whole number from 1 to 9",
                                "hard=yes", "expected one of [true, false]",
                                "rat=1",
                                        "unknown parameter 'rat' of 'p', expected one of [rate,"
                                                + " count, hard, word]; did you mean 'rate'?")
                        .entrySet()) {
            String[] pair = wrong.getKey().split("=", 2);
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> Parameters.of(plugin, Map.of(pair[0], pair[1])));
            assertTrue(String.valueOf(e.getMessage()).contains(wrong.getValue()), e.getMessage());
        }
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Parameters.of(plugin, Map.of()).number("absent"));
        assertTrue(String.valueOf(e.getMessage()).contains("declares no parameter 'absent'"));
    }

    private static Plugin plugin() {
        return new Plugin() {
            @Override
            public String name() {
                return "p";
            }

            @Override
            public List<Parameter> parameters() {
                return List.of(
                        Parameter.number("rate", 0.5, 0, 1, "share"),
                        Parameter.integer("count", 3, 1, 9, "how many"),
                        Parameter.flag("hard", false, "whether"),
                        Parameter.text("word", "x", "any"));
            }
        };
    }

    /** Compiles an implementation and packs it. */
    private void jar(String file, String className, String name, String text) throws IOException {
        Path classes = compile(file + ".classes", className, source(className, name, text));
        pack(dir.resolve(file), classes, className);
    }

    private static String source(String className, String name, String text) {
        return "public class %s implements %s { public String name() { return \"%s\"; } public String greet() { return \"%s\"; } }"
                .formatted(className, Greeting.class.getCanonicalName(), name, text);
    }

    /** Compiles a class against this class path and the folder base. */
    private Path compile(String folder, String className, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path classes = Files.createDirectories(dir.resolve(folder));
        var unit =
                new SimpleJavaFileObject(
                        URI.create("string:///" + className + ".java"),
                        SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        String classPath =
                String.join(
                        File.pathSeparator,
                        place(Greeting.class).toString(),
                        place(Plugin.class).toString(),
                        dir.resolve("base").toString());
        List<String> options = List.of("-d", classes.toString(), "-cp", classPath);
        var errors = new StringWriter();
        var task = compiler.getTask(errors, null, null, options, null, List.of(unit));
        assertTrue(task.call(), errors.toString());
        return classes;
    }

    private static void pack(Path file, Path classes, String className) throws IOException {
        try (var jar = new JarOutputStream(Files.newOutputStream(file))) {
            String entry = className + ".class";
            entry(jar, entry, Files.readAllBytes(classes.resolve(entry)));
            entry(
                    jar,
                    "META-INF/services/" + Greeting.class.getName(),
                    className.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Path place(Class<?> type) {
        return Path.of(
                URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    private static void entry(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(bytes);
        jar.closeEntry();
    }
}
