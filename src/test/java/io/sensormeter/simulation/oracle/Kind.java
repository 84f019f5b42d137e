package io.sensormeter.simulation.oracle;

/** How a meter is billed. */
public enum Kind {
  /** The last event of an hour counts. */
  REPLACEABLE,
  /** Every event counts; each stands for the hour before its tick. */
  FLOW,
  /** The last event of the period counts. */
  LAST;

  boolean isAdditive() {
    return this != REPLACEABLE;
  }
}
