package dev.belay.cli.acls;

import java.util.Arrays;
import java.util.Locale;

/** A process, or a person with commands, that has a principal of its own. */
enum Role {
    PRODUCER("produce FILE, attach FILE"),
    TRUTH_LABELER("labeler --group truth"),
    LABELER("labeler --group others"),
    EVALUATOR("evaluator"),
    TRUTH_TRAINER("trainer --group truth"),
    TRAINER("trainer --group others"),
    AGGREGATOR("aggregator"),
    OPERATOR("topics apply, models add, models stop, dead-letters list, show and purge"),
    READER("models list, checkpoints, lineage, compare, check, export");

    private final String commands;

    Role(String commands) {
        this.commands = commands;
    }

    /** Commands that run under its principal. */
    String commands() {
        return commands;
    }

    /** Its name on the command line: {@code truth-labeler}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Its principal unless another one is named. */
    String principal() {
        return "User:belay-" + word();
    }

    /**
     * @throws IllegalArgumentException if there is none of this name
     */
    static Role of(String word) {
        return Arrays.stream(values())
                .filter(role -> role.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--principal: found '%s', expected one of %s"
                                                .formatted(
                                                        word,
                                                        Arrays.stream(values())
                                                                .map(Role::word)
                                                                .toList())));
    }
}
