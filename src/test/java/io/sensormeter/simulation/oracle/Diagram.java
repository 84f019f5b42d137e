package io.sensormeter.simulation.oracle;

import java.util.Set;

/** The states of a report, and the arrows between them that are drawn. */
public final class Diagram {
  /** How a report begins. */
  static final Set<String> BORN = Set.of("pending", "shadow", "rejected");

  /** What stands in no place. */
  static final Set<String> NOT_LIVE = Set.of("rejected", "superseded", "replaced");

  static final Set<String> EXCEPTIONS =
      Set.of("rejected", "unresolved", "superseded", "discrepancy", "expired");

  /** As the design's table draws them. */
  public static final Set<String> ARROWS =
      Set.of(
          "shadow>pending",
          "pending>accepted",
          "pending>rejected",
          "pending>unresolved",
          "pending>superseded",
          "pending>expired",
          "pending>discrepancy",
          "accepted>verified",
          "accepted>rejected",
          "accepted>discrepancy",
          "accepted>replaced",
          "verified>discrepancy",
          "verified>replaced",
          "unresolved>accepted",
          "unresolved>rejected",
          "unresolved>verified",
          "unresolved>discrepancy",
          "unresolved>replaced",
          "expired>accepted",
          "expired>rejected",
          "expired>verified",
          "expired>discrepancy",
          "expired>replaced",
          "superseded>accepted",
          "superseded>verified",
          "superseded>replaced",
          "rejected>accepted",
          "rejected>verified",
          "rejected>replaced",
          "discrepancy>verified",
          "discrepancy>replaced");

  /**
   * Drawn, and not met: a retry is refused two hours before a report expires, and Stripe's
   * acceptance of what a revision replaced has not come so late that the revision was given up.
   */
  public static final Set<String> NOT_MET =
      Set.of("expired>replaced", "expired>discrepancy", "unresolved>discrepancy");

  /** Met in long runs, and not in each choice of a few worlds. */
  public static final Set<String> RARE =
      Set.of(
          "expired>rejected",
          "superseded>replaced",
          "unresolved>rejected",
          "verified>discrepancy",
          "verified>replaced");

  private Diagram() {}
}
