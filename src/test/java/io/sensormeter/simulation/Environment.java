package io.sensormeter.simulation;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.sensormeter.App;
import java.time.Duration;

/** An execution environment of a function: warm until it dies, with a clock of its own. */
final class Environment {
  private final FunctionName name;
  private Duration skew = Duration.ZERO;
  private boolean dead;

  Environment(FunctionName name) {
    this.name = name;
  }

  /** With what Lambda calls. */
  record Started<I, O>(Environment environment, App app, RequestHandler<I, O> handler) {}

  FunctionName name() {
    return name;
  }

  Duration skew() {
    return skew;
  }

  void skew(Duration by) {
    skew = by;
  }

  boolean isDead() {
    return dead;
  }

  void die() {
    dead = true;
  }
}
