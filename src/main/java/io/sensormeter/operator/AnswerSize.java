package io.sensormeter.operator;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How much Lambda answers: 6 MB, and beyond it an error that names nothing to change. */
final class AnswerSize {

  /** Half a megabyte is left for what another serializer writes otherwise. */
  static final long MAX_BYTES = 5_500_000;

  private static final Set<String> NARROWING =
      Set.of("from", "to", "hour", "day", "meter", "organization", "stripeCustomer", "format");

  private static final ObjectMapper JSON = new ObjectMapper();

  private AnswerSize() {}

  /** Counts bytes. */
  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int one) {
      bytes++;
    }

    @Override
    public void write(byte[] some, int from, int length) {
      bytes += length;
    }
  }

  /**
   * The answer, if Lambda takes it.
   *
   * @throws IllegalArgumentException saying by which fields the command can be narrowed
   */
  static Map<String, Object> require(Command command, Map<String, Object> answer) {
    Counter counter = new Counter();
    try {
      JSON.writeValue(counter, answer);
    } catch (IOException e) {
      throw new UncheckedIOException("texts, numbers and truth values are always JSON", e);
    }
    if (counter.bytes > MAX_BYTES) {
      List<String> narrowing =
          Arrays.stream(command.getClass().getRecordComponents())
              .map(RecordComponent::getName)
              .filter(NARROWING::contains)
              .toList();
      throw new IllegalArgumentException(
          "the answer has %d bytes, and Lambda gives at most 6 MB; narrow it by %s"
              .formatted(counter.bytes, String.join(", ", narrowing)));
    }
    return answer;
  }
}
