package dev.belay.cli.deadletters;

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
import java.util.HashMap;
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
            description = "Counts the dead letters by topic and reason, or lists them.")
    int list(
            @Mixin BrokerOptions broker,
            @Mixin Filter filter,
            @Option(names = "--each", description = "a line for each dead letter") boolean each,
            @Option(names = "--json", description = "a list of objects, for machines") boolean json)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    List<StoredDeadLetter> deadLetters =
                            filter.of(new DeadLetterTopic(clients).all());
                    TextTable table = each ? each(deadLetters) : counts(deadLetters);
                    table.print(out, json, "no dead letters");
                    return 0;
                });
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows dead letters whole: headers, key and value.")
    int show(
            @Mixin BrokerOptions broker,
            @Mixin Filter filter,
            @Parameters(
                            arity = "0..*",
                            paramLabel = "PARTITION:OFFSET",
                            description = "as 'list --each' has it")
                    @Nullable List<String> places)
            throws Exception {
        List<String> wanted = wanted(places, !filter.isEmpty());
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    List<StoredDeadLetter> all = new DeadLetterTopic(clients).all();
                    for (StoredDeadLetter deadLetter :
                            filter.of(wanted.isEmpty() ? all : find(all, wanted))) {
                        show(clients, deadLetter, out);
                    }
                    return 0;
                });
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = {
                "Sends dead letters back to their topics, each exactly once: what was sent is marked.",
                "Correct first what the reason says."
            })
    int redrive(
            @Mixin BrokerOptions broker,
            @Mixin Filter filter,
            @Option(names = "--all", description = "all that were not redriven yet") boolean all,
            @Parameters(
                            arity = "0..*",
                            paramLabel = "PARTITION:OFFSET",
                            description = "these dead letters")
                    @Nullable List<String> places)
            throws Exception {
        List<String> wanted = wanted(places, all || !filter.isEmpty());
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    List<StoredDeadLetter> sent =
                            new DeadLetterTopic(clients)
                                    .redrive(
                                            deadLetters ->
                                                    warned(
                                                            clients,
                                                            filter.of(
                                                                    wanted.isEmpty()
                                                                            ? deadLetters
                                                                            : find(
                                                                                    deadLetters,
                                                                                    wanted))));
                    sent.forEach(l -> out.printf("%s sent to %s%n", l.place(), l.topic()));
                    out.printf("%,d dead letters redriven%n", sent.size());
                    return 0;
                });
    }

    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Deletes dead letters from the topic, the redriven ones too.")
    int purge(
            @Mixin BrokerOptions broker,
            @Option(names = "--all", description = "all dead letters") boolean all,
            @Option(
                            names = "--before",
                            paramLabel = "TIME",
                            description = "dead letters before a time such as 2026-01-31T12:00:00Z")
                    @Nullable String before)
            throws Exception {
        if (all == (before != null)) {
            throw new ParameterException(
                    spec.commandLine(), "which dead letters? Give either --all or --before TIME");
        }
        Long beforeMs = before == null ? null : time(before);
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    out.printf(
                            "%,d records deleted%n", new DeadLetterTopic(clients).purge(beforeMs));
                    return 0;
                });
    }

    private List<String> wanted(@Nullable List<String> places, boolean others) {
        if (places == null && !others) {
            throw new ParameterException(
                    spec.commandLine(),
                    "which dead letters? Name some, or give --topic, --reason or --task (redrive: or --all)");
        }
        return places == null ? List.of() : places;
    }

    /** Warns, before dead letters are sent, of topics that other programs read. */
    private List<StoredDeadLetter> warned(Clients clients, List<StoredDeadLetter> selected) {
        sharedTopics(selected, clients.topics().prefix())
                .forEach(
                        (topic, n) ->
                                spec.commandLine()
                                        .getErr()
                                        .printf(
                                                "warning: %,d dead letters are sent to %s, which is not a topic of Belay: all of its readers receive these records again%n",
                                                n, topic));
        spec.commandLine().getErr().flush();
        return selected;
    }

    /** Dead letters by topic, of topics that are not Belay's own. */
    static Map<String, Long> sharedTopics(List<StoredDeadLetter> selected, String prefix) {
        Map<String, Long> shared = new TreeMap<>();
        selected.stream()
                .map(StoredDeadLetter::topic)
                .filter(topic -> !topic.startsWith(prefix))
                .forEach(topic -> shared.merge(topic, 1L, Long::sum));
        return shared;
    }

    /** Options that select dead letters. */
    static final class Filter {
        @Option(names = "--topic", paramLabel = "TOPIC", description = "of records of this topic")
        private @Nullable String topic;

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "whose reason contains this text")
        private @Nullable String reason;

        @Option(
                names = "--task",
                paramLabel = "TASK",
                description = "of records of the topics that this task's source reads")
        private @Nullable String task;

        boolean isEmpty() {
            return topic == null && reason == null && task == null;
        }

        List<StoredDeadLetter> of(List<StoredDeadLetter> deadLetters) {
            return deadLetters.stream()
                    .filter(deadLetter -> deadLetter.matches(topic, reason, task))
                    .toList();
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

    private static List<StoredDeadLetter> find(
            List<StoredDeadLetter> deadLetters, List<String> places) {
        Set<String> wanted = new HashSet<>(places);
        List<StoredDeadLetter> found =
                deadLetters.stream()
                        .filter(deadLetter -> wanted.remove(deadLetter.place()))
                        .toList();
        if (!wanted.isEmpty()) {
            throw new IllegalArgumentException(
                    "no such dead letter: found %s, expected PARTITION:OFFSET as 'dead-letters list --each' shows them (redriven ones are not sent again)"
                            .formatted(wanted));
        }
        return found;
    }

    private static TextTable each(List<StoredDeadLetter> deadLetters) {
        TextTable table =
                new TextTable("place", "time", "topic", "record", "service", "status", "reason");
        for (StoredDeadLetter deadLetter : deadLetters) {
            String reason = deadLetter.reason();
            table.add(
                    deadLetter.place(),
                    Instant.ofEpochMilli(deadLetter.record().timestamp()).toString(),
                    deadLetter.topic(),
                    deadLetter.partition() + ":" + deadLetter.offset(),
                    deadLetter.service(),
                    deadLetter.status(),
                    reason.length() <= REASON_CHARS
                            ? reason
                            : reason.substring(0, REASON_CHARS) + "…");
        }
        return table;
    }

    /** A row for each topic, service and kind of reason, with the newest reason of that kind. */
    static TextTable counts(List<StoredDeadLetter> deadLetters) {
        Map<List<String>, long[]> counts =
                new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        Map<List<String>, String> newest = new HashMap<>(); // in order of time: the last one
        for (StoredDeadLetter deadLetter : deadLetters) {
            List<String> group =
                    List.of(deadLetter.topic(), deadLetter.service(), deadLetter.kind());
            newest.put(group, deadLetter.reason());
            long[] of = counts.computeIfAbsent(group, k -> new long[2]);
            of[0]++;
            of[1] += deadLetter.redriven() ? 1 : 0;
        }
        TextTable table = new TextTable("count", "redriven", "topic", "service", "newest reason");
        counts.forEach((k, n) -> table.add(n[0], n[1], k.get(0), k.get(1), newest.get(k)));
        return table;
    }

    private static void show(Clients clients, StoredDeadLetter deadLetter, PrintWriter out) {
        out.printf("dead letter %s %s%n", deadLetter.place(), deadLetter.status());
        deadLetter
                .record()
                .headers()
                .forEach(header -> out.printf("  %s: %s%n", header.key(), text(header.value())));
        out.printf("  key: %s%n", text(deadLetter.record().key()));
        out.printf("  value: %s%n", value(clients, deadLetter));
    }

    private static String value(Clients clients, StoredDeadLetter deadLetter) {
        byte[] value = deadLetter.record().value();
        if (value != null && value.length > 0 && value[0] == 0) {
            try {
                JsonNode json = GenericJson.of(clients.codec().decode(deadLetter.topic(), value));
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
