package io.sensormeter.simulation;

/** The execution environment ends in the middle of what it does. No product code may catch it. */
final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  Killed(String why) {
    super(why);
  }
}
