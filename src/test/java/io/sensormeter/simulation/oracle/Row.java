package io.sensormeter.simulation.oracle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A report as the ledger has it at last. */
public record Row(
    Reading reading,
    int revision,
    String status,
    @Nullable String code,
    @Nullable Long value,
    @Nullable String customer,
    @Nullable Instant shownAt,
    boolean late,
    boolean duplicate,
    boolean acknowledged,
    boolean held) {}
