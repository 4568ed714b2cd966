package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Memory;
import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.runtime.clients.Clients;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** {@code bench trainer}: speed beside DJL alone, memory over time, many heads on one stream. */
public final class TrainerBench {
    private static final double MIB = 1 << 20;

    /**
     * How much is done.
     *
     * @param rounds of each comparison, at least 1
     * @param examples of one round of the comparison with DJL
     * @param microEpochs over which memory is watched, a multiple of ten
     * @param texts of one round of the comparison of many heads with one
     */
    public record Sizes(int rounds, int examples, int microEpochs, int texts) {
        public static final Sizes USUAL = new Sizes(5, 40_960, 2_000, 1_024);
        public static final Sizes QUICK = new Sizes(1, 8_192, 100, 256);

        public Sizes {
            if (rounds < 1 || examples < 1 || texts < 1 || microEpochs < 1 || microEpochs % 10 != 0)
                throw new IllegalArgumentException(
                        "rounds, examples and texts must be at least 1 and microEpochs a multiple"
                                + " of 10, got "
                                + rounds
                                + ", "
                                + examples
                                + ", "
                                + texts
                                + " and "
                                + microEpochs);
        }
    }

    private final Clients clients;
    private final Sizes sizes;
    private final Consumer<String> progress;

    /**
     * @param clients of a broker that nobody else uses
     * @param progress gets a line for people at each part
     */
    public TrainerBench(Clients clients, Sizes sizes, Consumer<String> progress) {
        this.clients = clients;
        this.sizes = sizes;
        this.progress = progress;
    }

    public Findings run() {
        Findings findings = new Findings("trainer");
        TrainingBed bed = new TrainingBed(new TableEncoder(8_192, 1), new AtomicLong());
        progress.accept("trainer beside DJL alone");
        TrainingSpeed training = new TrainingSpeed(clients, bed, sizes.examples());
        Rounds speed = training.run(sizes.rounds(), progress);
        findings.compared(
                "trainerExamplesPerSecond",
                speed.first(),
                "bareExamplesPerSecond",
                speed.second(),
                "trainer, examples/s",
                "toBare",
                speed.ratio());
        training.phases()
                .forEach(
                        (phase, ms) ->
                                findings.figure(
                                        phase + "Ms", "  " + phase + ", ms a micro-epoch", ms));
        progress.accept("memory over " + sizes.microEpochs() + " micro-epochs");
        memory(findings, new TrainingMemory(clients, bed).run(sizes.microEpochs()));
        progress.accept(ManyHeads.HEADS + " heads on one stream, and one");
        Rounds heads = new ManyHeads(clients, bed, sizes.texts()).run(sizes.rounds(), progress);
        findings.compared(
                "eightHeadsSeconds",
                heads.first(),
                "oneHeadSeconds",
                heads.second(),
                "8 heads on one stream, s (beside: 1 head)",
                "eightHeadsToOne",
                heads.ratio());
        return findings;
    }

    private static void memory(Findings findings, List<Memory> samples) {
        Memory first = samples.get(0);
        Memory last = samples.get(samples.size() - 1);
        findings.compared(
                "heapLastMiB",
                last.heap() / MIB,
                "heapFirstMiB",
                first.heap() / MIB,
                "heap at the end, MiB (beside: after a tenth)",
                "memoryHeap",
                (double) last.heap() / first.heap());
        findings.compared(
                "residentLastMiB",
                last.resident() / MIB,
                "residentFirstMiB",
                first.resident() / MIB,
                "resident at the end, MiB (beside: after a tenth)",
                "memoryResident",
                (double) last.resident() / first.resident());
    }
}
