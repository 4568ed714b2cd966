package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.schemas.EventCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An aggregator is killed after the stores of a task, which hold writes of an aborted transaction,
 * have been closed, and before they are deleted.
 */
@Timeout(240)
class KilledWhileClosingIT {
    private static final String NAME = "a";

    @TempDir Path folder;

    @Test
    void whatWasAbortedIsNotTakenForCounted() throws Exception {
        try (var platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("platform"), 0, 0), line -> {});
                UpgradeTask task = UpgradeTask.on(platform, folder.resolve(NAME));
                MetricsView metrics = task.metrics()) {
            // Given stores that were closed in order
            task.send(UpgradeEvents::counted);
            task.aggregate(metrics, UpgradeEvents::isCounted);
            Map<String, String> settings = new HashMap<>(task.settings());
            settings.put("kafka.streams.metric.reporters", HaltWhileClosing.class.getName());
            settings.put("kafka.streams.producer.linger.ms", "5000"); // a send fails at the commit
            try (var process = AggregatorProcess.start(folder, NAME, settings)) {
                task.send(codec -> truth(codec, false));
                task.awaitRecount(metrics, UpgradeEvents::isCounted);
                // When
                fence(platform.bootstrapServers());
                task.send(codec -> truth(codec, true));
                assertEquals(HaltWhileClosing.EXIT_CODE, process.awaitEnd(), process::lastWords);
            }
            // Then
            task.aggregate(metrics, UpgradeEvents::isCounted);
        }
    }

    /** Of an example of the holdout without truth, in the partition that is closed or another. */
    private static List<ProducerRecord<byte[], byte[]>> truth(EventCodec codec, boolean there) {
        int example =
                IntStream.range(28, 40)
                        .filter(i -> (partition("h" + i) == HaltWhileClosing.PARTITION) == there)
                        .findFirst()
                        .orElseThrow();
        return UpgradeEvents.truth(codec, example);
    }

    private static int partition(String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        return Utils.toPositive(Utils.murmur2(key)) % Pairs.PARTITIONS;
    }

    private static void fence(String broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            List<String> ids =
                    admin.listTransactions().all().get().stream()
                            .map(TransactionListing::transactionalId)
                            .filter(id -> id.startsWith(UpgradeTask.GROUP))
                            .toList();
            admin.fenceProducers(ids).all().get();
        }
    }
}
