package io.sensormeter.ledger;

import io.sensormeter.database.ReadOnly;
import java.util.Optional;

/**
 * For a function that does not migrate: whether the ledger is of this release, or of a later one. A
 * deployment's tick brings it there; until then nothing is written. Not thread-safe.
 */
public final class LedgerVersion {

  /** Of the newest script of {@code db/ledger}. */
  static final String NEEDED = "2";

  private static final String MIGRATES =
      "The deployment's tick migrates it, and so does {\"command\":\"tick\"}";

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
    Optional<String> behind = behind();
    if (behind.isPresent()) {
      throw new IllegalStateException(
          behind.get() + ": nothing was recorded, the batch returns to its queue. " + MIGRATES);
    }
  }

  /** What a page says in place of the ledger that it cannot show; empty if it can. */
  public Optional<String> unreadable() {
    return behind()
        .map(behind -> behind + ": nothing is shown, and nothing was changed. " + MIGRATES);
  }

  /** Both versions, if the ledger's is the earlier one. */
  private Optional<String> behind() {
    if (reached) {
      return Optional.empty();
    }
    String version = exists() ? version() : "0";
    reached = Double.parseDouble(version) >= Double.parseDouble(NEEDED);
    return reached
        ? Optional.empty()
        : Optional.of(
            "the ledger is at version %s, this release needs %s".formatted(version, NEEDED));
  }

  private boolean exists() {
    return reads
        .one(
            "looking for the ledger",
            row -> row.flag("found"),
            "select to_regclass('metering.flyway_schema_history') is not null as found")
        .orElseThrow();
  }

  private String version() {
    return reads
        .one(
            "looking at the ledger's version",
            row -> row.text("version"),
            """
            select coalesce(max(version::numeric), 0)::text as version
            from metering.flyway_schema_history where success and version is not null
            """)
        .orElseThrow();
  }
}
