package dev.belay.cli.letters;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.cli.service.BrokerOptions;
import dev.belay.cli.table.TextTable;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.GenericJson;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay dead-letters list | show | redrive | purge}. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "Records that could not be processed: list, show, redrive, purge.")
public final class DeadLettersCommand implements Runnable {
    private static final int REASON_CHARS = 100;
    private static final int HEX_BYTES = 256;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which of: list, show, redrive, purge?");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Counts the letters by topic and reason, or lists them.")
    int list(
            @Mixin BrokerOptions broker,
            @Mixin Filter filter,
            @Option(names = "--each", description = "a line for each letter") boolean each,
            @Option(names = "--json", description = "a list of objects, for machines") boolean json)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    List<StoredLetter> letters = filter.of(new Letters(clients).all());
                    TextTable table = each ? each(letters) : counts(letters);
                    if (json) {
                        table.printJson(out);
                    } else if (letters.isEmpty()) {
                        out.println("no dead letters");
                    } else {
                        table.print(out);
                    }
                    return 0;
                });
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows letters whole: headers, key and value.")
    int show(
            @Mixin BrokerOptions broker,
            @Parameters(
                            arity = "1..*",
                            paramLabel = "PARTITION:OFFSET",
                            description = "as 'list --each' has it")
                    List<String> places)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    for (StoredLetter letter : find(new Letters(clients).all(), places)) {
                        show(clients, letter, out);
                    }
                    return 0;
                });
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = {
                "Sends letters back to their topics, each exactly once: what was sent is marked.",
                "Correct first what the reason says."
            })
    int redrive(
            @Mixin BrokerOptions broker,
            @Mixin Filter filter,
            @Option(names = "--all", description = "all that were not redriven yet") boolean all,
            @Parameters(
                            arity = "0..*",
                            paramLabel = "PARTITION:OFFSET",
                            description = "these letters")
                    @Nullable List<String> places)
            throws Exception {
        List<String> wanted = places == null ? List.of() : places;
        if (!all && wanted.isEmpty() && filter.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "which letters? Name some, or give --topic, --reason or --all");
        }
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    List<StoredLetter> sent =
                            new Letters(clients)
                                    .redrive(
                                            letters ->
                                                    filter.of(
                                                            wanted.isEmpty()
                                                                    ? letters
                                                                    : find(letters, wanted)));
                    sent.forEach(l -> out.printf("%s sent to %s%n", l.place(), l.topic()));
                    out.printf("%,d letters redriven%n", sent.size());
                    return 0;
                });
    }

    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Deletes letters from the topic, the redriven ones too.")
    int purge(
            @Mixin BrokerOptions broker,
            @Option(names = "--all", description = "all letters") boolean all,
            @Option(
                            names = "--before",
                            paramLabel = "TIME",
                            description = "letters before a time such as 2026-01-31T12:00:00Z")
                    @Nullable String before)
            throws Exception {
        if (all == (before != null)) {
            throw new ParameterException(
                    spec.commandLine(), "which letters? Give either --all or --before TIME");
        }
        Long beforeMs = before == null ? null : time(before);
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    out.printf("%,d records deleted%n", new Letters(clients).purge(beforeMs));
                    return 0;
                });
    }

    /** Options that select letters. */
    static final class Filter {
        @Option(names = "--topic", paramLabel = "TOPIC", description = "of records of this topic")
        private @Nullable String topic;

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "whose reason contains this text")
        private @Nullable String reason;

        boolean isEmpty() {
            return topic == null && reason == null;
        }

        List<StoredLetter> of(List<StoredLetter> letters) {
            return letters.stream().filter(letter -> letter.matches(topic, reason)).toList();
        }
    }

    private long time(String text) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--before': found '%s', expected a time such as 2026-01-31T12:00:00Z"
                            .formatted(text),
                    e);
        }
    }

    private static List<StoredLetter> find(List<StoredLetter> letters, List<String> places) {
        Set<String> wanted = new HashSet<>(places);
        List<StoredLetter> found =
                letters.stream().filter(letter -> wanted.remove(letter.place())).toList();
        if (!wanted.isEmpty()) {
            throw new IllegalArgumentException(
                    "no such letter: found %s, expected PARTITION:OFFSET as 'dead-letters list --each' shows them (redriven ones are not sent again)"
                            .formatted(wanted));
        }
        return found;
    }

    private static TextTable each(List<StoredLetter> letters) {
        TextTable table =
                new TextTable("letter", "time", "topic", "record", "service", "status", "reason");
        for (StoredLetter letter : letters) {
            String reason = letter.reason();
            table.add(
                    letter.place(),
                    Instant.ofEpochMilli(letter.record().timestamp()).toString(),
                    letter.topic(),
                    letter.partition() + ":" + letter.offset(),
                    letter.service(),
                    letter.status(),
                    reason.length() <= REASON_CHARS
                            ? reason
                            : reason.substring(0, REASON_CHARS) + "…");
        }
        return table;
    }

    private static TextTable counts(List<StoredLetter> letters) {
        Map<List<String>, long[]> counts =
                new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (StoredLetter letter : letters) {
            long[] of =
                    counts.computeIfAbsent(
                            List.of(letter.topic(), letter.service(), letter.kind()),
                            k -> new long[2]);
            of[0]++;
            of[1] += letter.redriven() ? 1 : 0;
        }
        TextTable table = new TextTable("letters", "redriven", "topic", "service", "reason");
        counts.forEach((k, n) -> table.add(n[0], n[1], k.get(0), k.get(1), k.get(2)));
        return table;
    }

    private static void show(Clients clients, StoredLetter letter, PrintWriter out) {
        out.printf("letter %s %s%n", letter.place(), letter.status());
        letter.record()
                .headers()
                .forEach(header -> out.printf("  %s: %s%n", header.key(), text(header.value())));
        out.printf("  key: %s%n", text(letter.record().key()));
        out.printf("  value: %s%n", value(clients, letter));
    }

    private static String value(Clients clients, StoredLetter letter) {
        byte[] value = letter.record().value();
        if (value != null && value.length > 0 && value[0] == 0) {
            try {
                JsonNode json = GenericJson.of(clients.codec().decode(letter.topic(), value));
                return json.toPrettyString();
            } catch (SerializationException e) { // that may be why it is here
                return text(value) + "\n  (" + e.getMessage() + ")";
            }
        }
        return text(value);
    }

    /** Text where it is UTF-8, else the first bytes in hex. */
    private static String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "(none)";
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            byte[] shown = Arrays.copyOf(bytes, Math.min(bytes.length, HEX_BYTES));
            return "%d bytes: %s%s"
                    .formatted(
                            bytes.length,
                            HexFormat.ofDelimiter(" ").formatHex(shown),
                            shown.length < bytes.length ? " …" : "");
        }
    }
}
