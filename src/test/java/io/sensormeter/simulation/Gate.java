package io.sensormeter.simulation;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where an invocation meets the outside: each call takes a while, and may be the last thing that
 * its environment does.
 */
final class Gate {
  private static final Instant NEVER = Instant.MAX;

  private final VirtualClock clock;
  private final Chaos chaos;
  private @Nullable Environment environment;
  private Instant deadline = NEVER;
  private Duration slowness = Duration.ZERO;
  private int calls;
  private int killedAt;
  private boolean killedBefore;

  Gate(VirtualClock clock, Chaos chaos) {
    this.clock = clock;
    this.chaos = chaos;
  }

  /** An invocation begins. */
  void open(Environment invoked, Duration timeout) {
    environment = invoked;
    deadline = clock.instant().plus(timeout);
    calls = 0;
    killedAt = 0;
    slowness = Duration.ZERO;
    if (chaos.strikes(FaultKind.LAMBDA_KILLED, 0.5)) {
      int most = invoked.name() == FunctionName.SCHEDULER ? 120 : 14;
      killedAt = 1 + chaos.of(FaultKind.LAMBDA_KILLED).nextInt(most);
      killedBefore = chaos.of(FaultKind.LAMBDA_KILLED).nextBoolean();
    }
    if (chaos.strikes(FaultKind.LAMBDA_SLOW, 0.2)) {
      slowness =
          chaos.between(FaultKind.LAMBDA_SLOW, Duration.ofSeconds(1), Duration.ofSeconds(15));
    }
  }

  /** It has ended. */
  void close() {
    environment = null;
    deadline = NEVER;
  }

  /** Whose invocation is under way. */
  @Nullable Environment environment() {
    return environment;
  }

  /** What Lambda says is left. */
  int remainingMillis() {
    return (int) Math.max(0, Duration.between(clock.instant(), deadline).toMillis());
  }

  /** Before a call leaves. */
  void before(Duration latency) {
    Environment now = environment;
    if (now == null) {
      return;
    }
    if (now.isDead()) {
      throw new Killed("it is dead");
    }
    calls++;
    clock.advance(latency.plus(slowness));
    if (clock.instant().isAfter(deadline)) {
      die("timed out");
    }
    if (calls == killedAt && killedBefore) {
      die("killed before call " + calls);
    }
  }

  /** After it has done its work outside, and before its answer is read. */
  void after() {
    if (environment != null && calls == killedAt && !killedBefore) {
      die("killed after call " + calls);
    }
  }

  private void die(String why) {
    if (environment != null) {
      environment.die();
    }
    throw new Killed(why);
  }
}
