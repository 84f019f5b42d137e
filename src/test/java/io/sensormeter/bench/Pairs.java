package io.sensormeter.bench;

import java.util.Arrays;
import java.util.Locale;

/** Two ways timed in turn, A B A B …, after one warm-up of each. */
final class Pairs {
  static final int COUNT = 5;

  interface Run {
    /** Does the work once; the preparation is not timed. */
    void once(int round) throws Exception;
  }

  private final double[] ours = new double[COUNT];
  private final double[] bare = new double[COUNT];

  private Pairs() {}

  static Pairs measure(Run ours, Run bare) throws Exception {
    Pairs pairs = new Pairs();
    for (int round = -1; round < COUNT; round++) {
      double first = seconds(ours, round);
      double second = seconds(bare, round);
      if (round >= 0) {
        pairs.ours[round] = first;
        pairs.bare[round] = second;
      }
    }
    return pairs;
  }

  private static double seconds(Run run, int round) throws Exception {
    long began = System.nanoTime();
    run.once(round);
    return (System.nanoTime() - began) / 1e9;
  }

  double medianOurs() {
    return median(ours);
  }

  double medianBare() {
    return median(bare);
  }

  /** The median of the pairs' ratios of time, ours ÷ bare. */
  double ratio() {
    double[] ratios = new double[COUNT];
    Arrays.setAll(ratios, i -> ours[i] / bare[i]);
    return median(ratios);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.0f", value);
  }
}
