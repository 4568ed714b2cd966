package dev.belay.cli.experiment;

import dev.belay.models.input.Input;
import dev.belay.plugins.Configured;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.EndlessSource;
import dev.belay.producers.source.Source;
import dev.belay.schemas.TagCondition;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.TruthDraw;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads experiment files. */
public final class ExperimentFile {
    private static final long DEFAULT_HOLDOUT_SIZE = 2_000;

    private ExperimentFile() {}

    /**
     * Reads and checks an experiment file; the data it names are not opened.
     *
     * @throws ExperimentException at the first thing that is wrong
     */
    public static Experiment read(Path file) {
        try (Reader text = new StringReader(Files.readString(file))) {
            Path directory = file.toAbsolutePath().getParent();
            return read(file.toString(), text, directory == null ? Path.of("") : directory);
        } catch (CharacterCodingException e) {
            throw new ExperimentException(
                    file + ": found bytes that are not UTF-8; expected UTF-8 text", e);
        } catch (NoSuchFileException e) {
            throw new ExperimentException(
                    file + ": found no such file; expected an experiment file", e);
        } catch (IOException e) {
            throw new ExperimentException(
                    file + ": can't be read (" + e + "); expected an experiment file", e);
        }
    }

    /**
     * The files that an experiment is read from: its own, then its base if it has one.
     *
     * @throws ExperimentException if it is no YAML
     */
    public static List<Path> files(Path file) {
        try (Reader text = new StringReader(Files.readString(file))) {
            YamlValue base = YamlMap.parse(file.toString(), text).get(ExperimentKeys.BASE);
            return base == null
                    ? List.of(file)
                    : List.of(file, file.resolveSibling(base.text()).normalize());
        } catch (IOException e) {
            throw new ExperimentException(
                    file + ": can't be read (" + e + "); expected an experiment file", e);
        }
    }

    /** The experiment of {@code quickstart}: the built-in WordNet task, three seeds. */
    public static Experiment quickstart() {
        String name = "quickstart.yaml";
        var resource = ExperimentFile.class.getResourceAsStream(name);
        if (resource == null) {
            throw new IllegalStateException(name + " is missing in Belay's own jar");
        }
        try (Reader text = new InputStreamReader(resource, StandardCharsets.UTF_8)) {
            return read(name, text, Path.of(""));
        } catch (IOException e) {
            throw new IllegalStateException("can't read " + name + " in Belay's own jar", e);
        }
    }

    /**
     * Reads an experiment from a text.
     *
     * @param name of the file, for errors
     * @param directory where relative paths start
     */
    static Experiment read(String name, Reader text, Path directory) {
        YamlMap root = withBase(YamlMap.parse(name, text).only(ExperimentKeys.FILE), directory);
        String experiment = root.require(ExperimentKeys.NAME).name();
        String task = experiment;
        YamlValue classes = null;
        TaskKind kind = TaskKind.CLASSES;
        YamlValue taskValue = root.get(ExperimentKeys.TASK);
        if (taskValue != null) {
            YamlMap map = taskValue.map().only(ExperimentKeys.TASKS);
            YamlValue taskName = map.get(ExperimentKeys.TASK_NAME);
            task = taskName == null ? experiment : taskName.name();
            classes = map.get(ExperimentKeys.CLASSES);
            kind = ExperimentKeys.TASK_KIND.of(map);
            if (kind == TaskKind.CHOICE && classes != null) {
                throw classes.wrong("no such key with 'kind: choice': each example has options");
            }
        }
        YamlValue data = root.require(ExperimentKeys.DATA);
        YamlMap dataMap = data.map().only(ExperimentKeys.SOURCE);
        DataConfig config = data(dataMap, root, kind, classes, directory);
        List<LabelerEntry> labelers =
                LabelerReader.read(root.get(ExperimentKeys.LABELERS), config.classes());
        List<ModelEntry> models =
                ModelGraph.check(
                        models(root, config.isEndless(), FieldsReader.kind(config.fields())),
                        labelers);
        if (config.isEndless()) {
            EndlessModels.checkGraph(models);
            if (config.holdout() instanceof DataConfig.Holdout.Share share
                    && share.rolling() != null) {
                EndlessModels.checkRolling(models, labelers);
            }
        }
        if (ExperimentKeys.BASELINES.of(root)) {
            if (config.isEndless()) {
                throw root.require(ExperimentKeys.BASELINES)
                        .wrong("false: of a source without end nothing can be learned as long");
            }
            models = Baselines.add(models, kind);
        }
        for (ModelEntry model : models) {
            InitEntry init = model.init();
            if (init != null && experiment.equals(init.experiment())) {
                throw ExperimentException.at(
                        init.place(),
                        "init '" + init + "' with the name of this experiment",
                        "the model's name alone");
            }
        }
        YamlValue rate = dataMap.get(ExperimentKeys.ROWS_PER_SECOND);
        return new Experiment(
                experiment,
                task,
                config,
                rate == null ? 0 : rate.number(0.001, 1e9),
                labelers,
                models,
                seeds(root.get(ExperimentKeys.SEEDS)));
    }

    /** What a file lacks is that of its base; relative paths start at the file. */
    private static YamlMap withBase(YamlMap root, Path directory) {
        YamlValue named = root.get(ExperimentKeys.BASE);
        if (named == null) {
            return root;
        }
        Path file = directory.resolve(named.text()).normalize();
        try (Reader text = new StringReader(Files.readString(file))) {
            YamlMap base = YamlMap.parse(file.toString(), text).only(ExperimentKeys.FILE);
            YamlValue further = base.get(ExperimentKeys.BASE);
            if (further != null) {
                throw further.wrong("no base: this file is one itself");
            }
            return root.over(base);
        } catch (IOException e) {
            throw new ExperimentException(
                    named.wrong("an experiment file that can be read").getMessage()
                            + " ("
                            + e
                            + ")",
                    e);
        }
    }

    private static List<ModelEntry> models(YamlMap root, boolean endless, Input.Kind kind) {
        YamlValue grid = root.get(ExperimentKeys.GRID);
        YamlValue listed =
                grid == null
                        ? root.require(ExperimentKeys.MODELS)
                        : root.get(ExperimentKeys.MODELS);
        List<ModelEntry> models =
                listed == null ? List.of() : ModelReader.read(listed, endless, kind);
        return grid == null ? models : GridReader.expand(models, grid, endless, kind);
    }

    private static DataConfig data(
            YamlMap map, YamlMap root, TaskKind kind, @Nullable YamlValue classes, Path directory) {
        Configured<Source> source = SourceReader.read(map, directory);
        double supervisorShare = ExperimentKeys.SUPERVISOR_SHARE.of(map);
        if (source.plugin().preset() != null) {
            SourceReader.only(
                    map,
                    ExperimentKeys.SUPERVISOR_SHARE,
                    ExperimentKeys.TRUTH,
                    ExperimentKeys.ROWS_PER_SECOND);
            DataConfig config = DataConfig.preset(source, supervisorShare).withTruth(truth(map));
            if (kind != config.task()) {
                throw root.require(ExperimentKeys.TASK)
                        .wrong("kind: " + config.task() + ", as the builtin's task is");
            }
            if (classes != null
                    && (classes.isMap() || !classes(classes).equals(config.classes()))) {
                throw classes.wrong(
                        "the builtin's classes " + config.classes() + ", or no classes");
            }
            return config;
        }
        boolean endless = source.plugin() instanceof EndlessSource;
        if (endless) {
            SourceReader.only(
                    map,
                    ExperimentKeys.FIELDS,
                    ExperimentKeys.HOLDOUT,
                    ExperimentKeys.SUPERVISOR_SHARE,
                    ExperimentKeys.TRUTH);
        }
        if (source.plugin() instanceof EndlessSource plugin) {
            YamlValue fields = map.get(ExperimentKeys.FIELDS);
            if (fields != null) {
                checkColumns(fields, plugin, source);
            }
        }
        DataConfig.Holdout holdout = holdout(map.require(ExperimentKeys.HOLDOUT), endless);
        try {
            return new DataConfig(
                    source,
                    FieldsReader.read(map, kind, holdout, endless),
                    holdout,
                    supervisorShare,
                    ExperimentKeys.ORDER.of(map),
                    ExperimentKeys.ORDER_SEED.of(map),
                    kind == TaskKind.CHOICE
                            ? List.of()
                            : classes == null ? classesMissing(root) : classes(classes),
                    classes == null || !classes.isMap()
                            ? List.of()
                            : List.copyOf(classes.map().values().keySet()),
                    truth(map));
        } catch (IllegalArgumentException e) { // all else was checked where it was read
            Place place = (classes == null ? root.key("data") : classes).place();
            throw new ExperimentException(place + ": " + e.getMessage(), e);
        }
    }

    /** Checks each column alone, so that the error has its line. */
    private static void checkColumns(
            YamlValue fields, EndlessSource plugin, Configured<Source> source) {
        for (YamlValue column : fields.map().values().values()) {
            if (column.isMap()) {
                checkColumns(column, plugin, source);
            } else if (!column.isList() && column.text().startsWith("(")) {
                try {
                    plugin.check(
                            source.parameters(),
                            new DataConfig.Fields("id", column.text(), "label", null));
                } catch (IllegalArgumentException e) {
                    throw new ExperimentException(column.place() + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static List<String> classesMissing(YamlMap root) {
        throw ExperimentException.at(
                root.place(),
                "no task.classes",
                "the names of the classes, such as task: {classes: [negative, positive]}");
    }

    /** Null where truth is no sample. */
    private static @Nullable TruthDraw truth(YamlMap data) {
        YamlValue value = data.get(ExperimentKeys.TRUTH);
        if (value == null) {
            return null;
        }
        YamlMap map = value.map().only(ExperimentKeys.TRUTHS);
        double sampled = map.require(ExperimentKeys.TRUTH_SAMPLED).between(0, 1);
        boolean external = ExperimentKeys.TRUTH_EXTERNAL.of(map);
        YamlValue seed = map.get(ExperimentKeys.TRUTH_SEED.name());
        if (external && seed != null) {
            throw seed.wrong("no seed with 'external: true': Belay draws nothing");
        }
        return new TruthDraw(sampled, external ? null : ExperimentKeys.TRUTH_SEED.of(map));
    }

    private static DataConfig.Holdout holdout(YamlValue value, boolean endless) {
        YamlMap map = value.map().only(ExperimentKeys.HOLDOUTS);
        YamlValue split = map.get(ExperimentKeys.HOLDOUT_SPLIT);
        YamlValue share = map.get(ExperimentKeys.HOLDOUT_SHARE);
        YamlValue size = map.get(ExperimentKeys.HOLDOUT_SIZE);
        YamlValue rolling = map.get(ExperimentKeys.HOLDOUT_ROLLING);
        TagCondition where = ModelReader.where(map.get(ExperimentKeys.HOLDOUT_WHERE));
        if (endless) {
            if (share == null || split != null || where != null) {
                throw value.wrong("{share: 0.2, size: 2000}, since the source has no end");
            }
            return new DataConfig.Holdout.Share(
                    share.between(0, 1),
                    size == null ? DEFAULT_HOLDOUT_SIZE : size.integer(1, Integer.MAX_VALUE),
                    null,
                    rolling == null ? null : rolling.duration());
        }
        for (YamlValue endlessOnly : Arrays.asList(size, rolling)) {
            if (endlessOnly != null) {
                throw endlessOnly.wrong("no such key: it is for sources without end (data.topic)");
            }
        }
        if (split != null && share == null) {
            return new DataConfig.Holdout.Column(split.text(), where);
        }
        if (share != null && split == null) {
            return new DataConfig.Holdout.Share(share.between(0, 1), 0, where, null);
        }
        throw value.wrong("either {split: VALUE} or {share: 0.2}");
    }

    private static List<Long> seeds(@Nullable YamlValue value) {
        if (value == null) {
            return List.of(0L);
        }
        Set<Long> seeds = new LinkedHashSet<>();
        for (YamlValue seed : value.list()) {
            if (!seeds.add(seed.integer(0, 999_999_999_999_999_999L))) {
                throw seed.wrong("each seed once");
            }
        }
        if (seeds.isEmpty()) {
            throw value.wrong("at least one seed");
        }
        return List.copyOf(seeds);
    }

    /** Names: a list, or a mapping from the labels that the data have to names. */
    private static List<String> classes(YamlValue list) {
        Set<String> names = new LinkedHashSet<>();
        for (YamlValue name : list.isMap() ? list.map().values().values() : list.list()) {
            if (!names.add(name.text())) {
                throw name.wrong("each class once");
            }
        }
        if (names.size() < 2) {
            throw list.wrong("at least two classes");
        }
        return List.copyOf(names);
    }
}
