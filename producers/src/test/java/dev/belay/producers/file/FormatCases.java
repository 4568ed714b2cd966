package dev.belay.producers.file;

import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.SourceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files of each format, for the contract test. */
abstract class FormatCases implements SourceCase {
    @Override
    public Map<String, String> parameters(Path dir) throws IOException {
        Path file = dir.resolve("rows." + source());
        return Map.of("path", Files.writeString(file, text()).toString());
    }

    abstract String text();

    @Override
    public Fields fields() {
        return new Fields("id", "text", "label", null);
    }

    /** A blank line is no row, and other columns stay. */
    public static final class Jsonl extends FormatCases {
        @Override
        public String source() {
            return "jsonl";
        }

        @Override
        String text() {
            return """
            {"id":1,"text":"a","label":"yes"}

            {"id":2,"text":"b","label":null,"more":[1]}
            """;
        }

        @Override
        public List<String> firstRows() {
            return List.of(
                    "1 {\"id\":1,\"text\":\"a\",\"label\":\"yes\"}",
                    "3 {\"id\":2,\"text\":\"b\",\"label\":null,\"more\":[1]}");
        }
    }

    /** A quoted cell holds a line end; an empty label is none. */
    public static final class Csv extends FormatCases {
        @Override
        public String source() {
            return "csv";
        }

        @Override
        String text() {
            return "id,text,label\n1,\"a,\nb\", yes\n2,,\n";
        }

        @Override
        public List<String> firstRows() {
            return List.of(
                    "2 {\"id\":\"1\",\"text\":\"a,\\nb\",\"label\":\"yes\"}",
                    "4 {\"id\":\"2\",\"text\":\"\",\"label\":null}");
        }
    }

    /** A quote is a character like others. */
    public static final class Tsv extends FormatCases {
        @Override
        public String source() {
            return "tsv";
        }

        @Override
        String text() {
            return "id\ttext\tlabel\n1\t\"a\t0\n2\tb\t1\n";
        }

        @Override
        public List<String> firstRows() {
            return List.of(
                    "2 {\"id\":\"1\",\"text\":\"\\\"a\",\"label\":\"0\"}",
                    "3 {\"id\":\"2\",\"text\":\"b\",\"label\":\"1\"}");
        }
    }
}
