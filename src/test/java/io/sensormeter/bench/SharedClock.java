package io.sensormeter.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that runs, can be moved, and shows the same in every process that opened its file. */
final class SharedClock implements InstantSource {
  /** By how many milliseconds it is ahead, in one aligned word. */
  private final ByteBuffer ahead;

  private SharedClock(ByteBuffer ahead) {
    this.ahead = ahead;
  }

  static SharedClock open(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new SharedClock(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Instant instant() {
    return Clock.systemUTC().instant().plusMillis(ahead.getLong(0));
  }

  /** Shows this instant now, and runs on from there. */
  void set(Instant now) {
    ahead.putLong(0, Duration.between(Clock.systemUTC().instant(), now).toMillis());
  }
}
