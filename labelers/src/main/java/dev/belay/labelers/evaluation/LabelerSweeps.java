package dev.belay.labelers.evaluation;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.RecordReader;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Turns the events of {@code belay.labelers} into sweep requests: one for each version of a
 * labeler. External labelers publish their own predictions. The sweep of a labeler with sources
 * starts once their labels of the holdout are complete ({@link SourceSweeps}); the labeler abstains
 * on examples that none of its sources has labelled. That of a labeler that reads single votes
 * starts once the votes on all of the holdout are decided ({@link HoldoutVotes}). One that learns
 * predicts the holdout with {@link SweptStates what it has learned}, and learns nothing from it; a
 * version of it that was replaced does not, because what it had learned is gone.
 *
 * @param isStopped whether users have stopped a labeler
 * @param current newest spec of a labeler that is not a model, by id
 * @param compared whether a labeler is one that models are compared with for as long as they learn
 * @param lasting newest specs whose events are in some partitions
 * @param opener starts to read sources
 * @param states of those that learn
 * @param reading the sources that are being read, by task
 * @param voteOpener starts to read votes
 * @param voting the votes that are being read, by labeler
 */
record LabelerSweeps(
        Predicate<String> isStopped,
        Function<String, @Nullable LabelerSpec> current,
        Predicate<String> compared,
        Function<IntPredicate, List<LabelerSpec>> lasting,
        RecordReader reader,
        Opener opener,
        SweptStates states,
        Map<String, SourceSweeps> reading,
        VoteOpener voteOpener,
        Map<String, HoldoutVotes> voting)
        implements SweepRequests, AutoCloseable {

    /** Starts to read the labels that labelers of a task give its holdout. */
    @FunctionalInterface
    interface Opener {
        SourceSweeps open(LabelerSpec spec, Set<String> labelers, Holdout holdout);
    }

    /** Starts to read the votes on the holdout of a labeler's task. */
    @FunctionalInterface
    interface VoteOpener {
        HoldoutVotes open(LabelerSpec spec, Holdout holdout);
    }

    @Override
    public @Nullable Request of(ConsumerRecord<byte[], byte[]> event) throws BadRecordException {
        LabelerSpec spec = reader.labeler(event);
        if (spec == null || isStopped.test(spec.getId())) {
            return null;
        }
        if (spec.getVersion() < 0) {
            throw new BadRecordException("version " + spec.getVersion() + ", expected 0 or more");
        }
        try {
            return request(spec);
        } catch (IllegalArgumentException | LabelerException e) {
            throw new BadRecordException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public List<Request> lasting(IntPredicate partitions) {
        List<Request> requests = new ArrayList<>();
        for (LabelerSpec spec : lasting.apply(partitions)) {
            if (spec.getVersion() < 0
                    || !compared.test(spec.getId())
                    || LabelerSpecs.isExternal(spec)
                    || isStopped.test(spec.getId())) {
                continue;
            }
            try {
                requests.add(request(spec));
            } catch (IllegalArgumentException | LabelerException e) {
                // its event went to the dead letters with the reason
            }
        }
        return requests;
    }

    private Request request(LabelerSpec spec) {
        boolean reads = !spec.getSources().isEmpty();
        boolean learns = Labelers.learns(spec.getMethod().getName());
        boolean endless = compared.test(spec.getId());
        boolean replaced = learns && version(spec.getId()) > spec.getVersion();
        boolean votes = Labelers.readsVotes(spec);
        Map<String, Map<String, GivenLabel>> sources = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> cast = new HashMap<>();
        AtomicReference<byte @Nullable []> state = new AtomicReference<>();
        return new Request(
                LabelerSpecs.asModel(spec),
                // what it reads may be long in coming, so it must not block the task
                reads || votes || learns ? spec.getId() : spec.getTask(),
                spec.getVersion(),
                spec.getEventTimeMs(),
                !LabelerSpecs.isExternal(spec) && !replaced,
                endless,
                holdout ->
                        // asked again where it waits: then it may have been replaced
                        (learns && version(spec.getId()) > spec.getVersion())
                                || ((!reads || find(spec, holdout, sources))
                                        && (!votes || findVotes(spec, holdout, cast))
                                        && (!learns || find(spec, holdout, endless, state))),
                () ->
                        new ByLabeler(
                                open(spec, state.get()),
                                reads ? sources : null,
                                votes ? cast : null));
    }

    private boolean find(
            LabelerSpec spec,
            Holdout holdout,
            boolean endless,
            AtomicReference<byte @Nullable []> into) {
        int rows = holdout.rows().values().stream().mapToInt(List::size).sum();
        into.set(states.of(spec, endless ? rows : -1));
        return into.get() != null;
    }

    private static Labeler open(LabelerSpec spec, byte @Nullable [] state) {
        Labeler labeler = Labelers.open(spec);
        if (labeler instanceof LearningLabeler learning && state != null && state.length > 0) {
            learning.restore(state);
        }
        return labeler;
    }

    @Override
    public boolean isWanted(ModelSpec spec) {
        return !isStopped.test(spec.getId());
    }

    /** Closes the sources and votes that no sweep has used lately. */
    void tidy() {
        reading.values().removeIf(SourceSweeps::closeIfIdle);
        voting.values().removeIf(HoldoutVotes::closeIfIdle);
    }

    @Override
    public void close() {
        reading.values().forEach(SourceSweeps::close);
        voting.values().forEach(HoldoutVotes::close);
    }

    /** Adds the labels of all sources to a map; false, adding none, while some are missing. */
    private boolean find(
            LabelerSpec spec, Holdout holdout, Map<String, Map<String, GivenLabel>> into) {
        SourceSweeps sweeps = reading.get(spec.getTask());
        if (sweeps == null
                || sweeps.version() != holdout.version()
                || !sweeps.ids().containsAll(spec.getSources())) {
            Set<String> ids = new HashSet<>(spec.getSources());
            if (sweeps != null) {
                ids.addAll(sweeps.ids());
                sweeps.close();
            }
            sweeps = opener.open(spec, ids, holdout);
            reading.put(spec.getTask(), sweeps);
        }
        var found = sweeps.of(spec, this::version);
        if (found != null) {
            into.putAll(found);
        }
        return found != null;
    }

    /** Adds the votes on the holdout to a map; false, adding none, while some are not decided. */
    private boolean findVotes(
            LabelerSpec spec, Holdout holdout, Map<String, Map<String, Integer>> into) {
        HoldoutVotes votes = voting.get(spec.getId());
        if (votes == null || votes.version() != holdout.version()) {
            if (votes != null) {
                votes.close();
            }
            votes = voteOpener.open(spec, holdout);
            voting.put(spec.getId(), votes);
        }
        var found = votes.of(Objects.requireNonNull(Labelers.voteRule(spec)));
        if (found != null) {
            into.putAll(found);
        }
        return found != null;
    }

    /** The current version of a labeler; -1 for models and external ones. */
    private long version(String id) {
        LabelerSpec spec = current.apply(id);
        return spec == null || LabelerSpecs.isExternal(spec) ? -1 : spec.getVersion();
    }

    /**
     * @param sources the labels of each source, by example; null for a labeler without sources
     * @param votes of annotators, by example; null: those that came with it
     */
    private record ByLabeler(
            Labeler labeler,
            @Nullable Map<String, Map<String, GivenLabel>> sources,
            @Nullable Map<String, Map<String, Integer>> votes)
            implements SweepPredictor {
        @Override
        public Rows<float[]> predict(List<Holdout.Row> rows) {
            float[][] answers = new float[rows.size()][];
            List<Integer> positions = new ArrayList<>();
            List<LabelerInput> inputs = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                LabelerInput input = input(rows.get(i));
                answers[i] = Labeler.ABSTAINED;
                if (sources == null || !input.sources().isEmpty()) {
                    positions.add(i);
                    inputs.add(input);
                }
            }
            List<float[]> given = inputs.isEmpty() ? List.of() : labeler.label(inputs);
            for (int i = 0; i < given.size(); i++) {
                answers[positions.get(i)] = given.get(i);
            }
            return new Rows<>(List.of(answers), new TreeMap<>());
        }

        private LabelerInput input(Holdout.Row row) {
            Map<String, GivenLabel> labels = new LinkedHashMap<>();
            if (sources != null) {
                sources.forEach(
                        (id, byExample) -> {
                            GivenLabel label = byExample.get(row.id());
                            if (label != null) {
                                labels.put(id, label);
                            }
                        });
            }
            return new LabelerInput(
                    row.example(),
                    labels,
                    votes == null
                            ? row.example().getVotes()
                            : votes.getOrDefault(row.id(), Map.of()));
        }

        @Override
        public void close() {
            labeler.close();
        }
    }
}
