package io.sensormeter.config;

import java.util.Locale;

/**
 * Which of an account's two worlds the stack bills in; each has its own keys, meters, customers.
 */
public enum StripeMode {
  /**
   * Invoices are real. Stripe takes 1,000 meter events and 25 reads a second; 800 and 20 leave
   * room.
   */
  LIVE(800, 20),
  /** A sandbox: Stripe takes 25 calls a second in all; 20 and 3 leave room. */
  TEST(20, 3);

  private final int callsPerSecond;
  private final int readsPerSecond;

  StripeMode(int callsPerSecond, int readsPerSecond) {
    this.callsPerSecond = callsPerSecond;
    this.readsPerSecond = readsPerSecond;
  }

  /** The pace of all instances together unless {@code STRIPE_CALLS_PER_SECOND} sets another. */
  int callsPerSecond() {
    return callsPerSecond;
  }

  /** The same of reads: {@code STRIPE_READS_PER_SECOND}. */
  int readsPerSecond() {
    return readsPerSecond;
  }

  /** As in the setting, in keys and in the ledger. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a key is of this mode: {@code rk_live_…}, {@code sk_test_…}. */
  public boolean isOf(String key) {
    return key.startsWith("_" + label() + "_", 2);
  }
}
