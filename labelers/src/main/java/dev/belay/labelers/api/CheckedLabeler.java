package dev.belay.labelers.api;

import dev.belay.schemas.Distributions;
import dev.belay.schemas.events.LabelerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A labeler whose answers are checked, and whose failures are {@link LabelerException}s that name
 * it.
 */
class CheckedLabeler<T extends Labeler> implements Labeler {
    final LabelerSpec spec;
    final T labeler;

    CheckedLabeler(LabelerSpec spec, T labeler) {
        this.spec = spec;
        this.labeler = labeler;
    }

    /** One that learns. */
    static final class Learning extends CheckedLabeler<LearningLabeler> implements LearningLabeler {
        Learning(LabelerSpec spec, LearningLabeler labeler) {
            super(spec, labeler);
        }

        @Override
        public List<float[]> learn(List<LabelerInput> inputs) {
            return checked(labeler::learn, inputs);
        }

        @Override
        public byte[] state() {
            byte[] state = labeler.state();
            if (state.length > MOST_BYTES) {
                throw new LabelerException(
                        "%s has learned %d bytes, expected at most %d"
                                .formatted(spec.getId(), state.length, MOST_BYTES));
            }
            return state;
        }

        @Override
        public void restore(byte[] state) {
            try {
                labeler.restore(state);
            } catch (IllegalArgumentException e) {
                throw new LabelerException(
                        "%s, version %d: %s"
                                .formatted(spec.getId(), spec.getVersion(), e.getMessage()),
                        e);
            }
        }
    }

    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return checked(labeler::label, inputs);
    }

    @Override
    public int changedFrom(LabelerInput input, float[] answer) {
        return labeler.changedFrom(input, answer);
    }

    @Override
    public void close() {
        labeler.close();
    }

    final List<float[]> checked(
            Function<List<LabelerInput>, List<float[]>> answering, List<LabelerInput> inputs) {
        List<float[]> answers;
        try {
            answers = new ArrayList<>(answering.apply(inputs));
        } catch (RuntimeException e) { // of whatever code a plug-in brings
            throw new LabelerException(spec.getId() + " failed: " + e, e);
        }
        if (answers.size() != inputs.size()) {
            throw new LabelerException(
                    "%s gave %d answers for %d examples"
                            .formatted(spec.getId(), answers.size(), inputs.size()));
        }
        for (int i = 0; i < answers.size(); i++) {
            float[] answer = answers.get(i);
            String problem =
                    Distributions.problem(
                            answer,
                            answer.length == 0,
                            Distributions.size(spec.getClasses().size(), inputs.get(i).example()));
            if (problem != null) {
                throw new LabelerException(
                        "%s, example %s: %s"
                                .formatted(spec.getId(), inputs.get(i).example().getId(), problem));
            }
        }
        return answers;
    }
}
