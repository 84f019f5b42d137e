package io.sensormeter.hour;

import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.TestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Chance, by a seed: {@code -Dseed=} of a run that failed brings it again. */
final class Storm {
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<Object, Integer> times = new ConcurrentHashMap<>();

  Storm(Class<?> test) {
    System.out.println(test.getSimpleName() + ": -Dseed=" + seed);
  }

  boolean oneIn(int many) {
    return random.nextInt(many) == 0;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(T[] values) {
    return values[random.nextInt(values.length)];
  }

  /** What a call meets hangs on what it carries and how often it came, not on other threads. */
  int chance(Object what, int bound) {
    int time = times.merge(what, 1, Integer::sum);
    return new Random(seed ^ ((long) Objects.hash(what, time) << 16)).nextInt(bound);
  }

  /** Of the messages some get lost, some come twice, and none in order. */
  void deliverUnreliably(String queueUrl) {
    List<String> delivered = new ArrayList<>();
    for (String body : HourFixture.take(queueUrl)) {
      int chance = random.nextInt(10);
      delivered.addAll(Collections.nCopies(chance == 0 ? 0 : chance < 3 ? 2 : 1, body));
    }
    Collections.shuffle(delivered, random);
    HourFixture.send(queueUrl, delivered);
  }

  SqsWire.@Nullable Fault ofQueues(SqsWire.Call call) {
    if (!call.sends()) {
      return null;
    }
    return switch (chance(call.bodies(), 20)) {
      case 0 -> new SqsWire.Fault.Refused(500, "InternalFailure");
      case 1 -> new SqsWire.Fault.ResetBefore();
      case 2 -> new SqsWire.Fault.ResetAfter();
      case 3, 4 -> new SqsWire.Fault.EntriesRefused(body -> chance(body, 3) == 0);
      default -> null;
    };
  }

  TestContext perhapsLittleTime() {
    return new TestContext(Duration.ofSeconds(oneIn(4) ? 14 : 300));
  }
}
