package io.sensormeter.simulation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** The log of a run: each line at its instant. Keeps the last ones, and a digest of all. */
final class Story {
  private static final int KEPT = 4_000;

  private final InstantSource clock;
  private final Consumer<String> listener;
  private final Deque<String> last = new ArrayDeque<>();
  private final MessageDigest digest;
  private long lines;

  /**
   * @param listener hears every line
   */
  Story(InstantSource clock, Consumer<String> listener) {
    this.clock = clock;
    this.listener = listener;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void line(String text) {
    String line = clock.instant() + " " + text;
    digest.update((line + '\n').getBytes(StandardCharsets.UTF_8));
    lines++;
    last.add(line);
    if (last.size() > KEPT) {
      last.remove();
    }
    listener.accept(line);
  }

  List<String> last() {
    return List.copyOf(last);
  }

  /** Of all lines so far, and how many they are. */
  String digest() {
    try {
      MessageDigest now = (MessageDigest) digest.clone();
      return lines + " " + HexFormat.of().formatHex(now.digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }
}
