package io.sensormeter.simulation;

import java.time.Duration;

/** The functions and their timeouts, as in the template. */
enum FunctionName {
  SCHEDULER(Duration.ofMinutes(15)),
  REPORTER(Duration.ofMinutes(1)),
  RECORDER(Duration.ofMinutes(1)),
  VERIFIER(Duration.ofMinutes(1));

  private final Duration timeout;

  FunctionName(Duration timeout) {
    this.timeout = timeout;
  }

  Duration timeout() {
    return timeout;
  }
}
