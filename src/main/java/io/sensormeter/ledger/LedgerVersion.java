package io.sensormeter.ledger;

import io.sensormeter.database.ReadOnly;

/**
 * For a function that does not migrate: whether the ledger is of this release, or of a later one. A
 * deployment's tick brings it there; until then nothing is written. Not thread-safe.
 */
public final class LedgerVersion {

  /** Of the newest script of {@code db/ledger}. */
  static final String NEEDED = "2";

  private final ReadOnly reads;
  // In the life of an execution environment: a ledger never goes back.
  private boolean reached;

  public LedgerVersion(ReadOnly reads) {
    this.reads = reads;
  }

  /**
   * Goes on only if the ledger has what this release writes.
   *
   * @throws IllegalStateException naming both versions; nothing was written
   */
  public void require() {
    if (reached) {
      return;
    }
    String version =
        reads
            .one(
                "looking at the ledger's version",
                row -> row.text("version"),
                """
                select coalesce(max(version::numeric), 0)::text as version
                from metering.flyway_schema_history where success and version is not null
                """)
            .orElseThrow();
    if (Double.parseDouble(version) < Double.parseDouble(NEEDED)) {
      throw new IllegalStateException(
          "the ledger is at version %s, this release needs %s: nothing was recorded, the batch returns to its queue. The deployment's tick migrates it, and so does {\"command\":\"tick\"}"
              .formatted(version, NEEDED));
    }
    reached = true;
  }
}
