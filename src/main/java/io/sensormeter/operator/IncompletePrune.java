package io.sensormeter.operator;

/**
 * Some of the months that were named are gone, others stay. What went is noted; {@code prune} goes
 * on with the others.
 */
public final class IncompletePrune extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int rows;

  /**
   * @param rows how many reports went
   */
  IncompletePrune(String message, int rows) {
    super(message);
    this.rows = rows;
  }

  int rows() {
    return rows;
  }
}
