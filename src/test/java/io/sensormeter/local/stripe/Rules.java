package io.sensormeter.local.stripe;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What docs/stripe-facts.md leaves open or what differs by account: chosen by the test, at any
 * time.
 */
final class Rules {
  volatile UnknownCustomers unknownCustomers = UnknownCustomers.SYNCHRONOUS;
  volatile boolean invalidPayloadsReportedLater;
  volatile boolean simultaneousRefused = true;
  volatile boolean zeroRefused;
  volatile boolean refusedIdentifiersBurned = true;
  volatile boolean noActiveMeterBurnsIdentifiers;
  volatile boolean lastFollowsReceipt;
  volatile Duration latency = Duration.ZERO;
  final Aggregation aggregation = new Aggregation();
  final Map<String, Aggregation> aggregationOfCustomer = new ConcurrentHashMap<>();
  volatile boolean emptyHoursHaveRows;
  volatile int unknownCustomerAtSummaries = 400;
  volatile int pageMost = Page.MAX_LIMIT;
  volatile boolean reportsGather;
  volatile int samplesMost = Integer.MAX_VALUE;
  volatile SampleShape sampleShape = SampleShape.IDENTIFIER;
  volatile @Nullable RateLimit eventLimit;
  volatile @Nullable RateLimit readLimit;

  /** The time that a call takes; of none, not even another thread's turn. */
  void sleep() throws InterruptedException {
    if (!latency.isZero()) {
      Thread.sleep(latency);
    }
  }
}
