package io.sensormeter.queue;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of a message on the verifications queue, version {@value #VERSION}: one question. */
public final class QuestionFormat {

  static final int VERSION = 1;

  private QuestionFormat() {}

  /** One of {@code usage} and {@code meters}. */
  private record Message(
      int v,
      @JsonSetter(nulls = Nulls.SET) @Nullable Usage usage,
      @JsonSetter(nulls = Nulls.SET) @Nullable List<String> meters,
      String askBefore) {

    static Message of(Question question) {
      String askBefore = question.askBefore().toString();
      return switch (question) {
        case Question.Usage one -> new Message(VERSION, Usage.of(one), null, askBefore);
        case Question.OfMeters many -> new Message(VERSION, null, many.meters(), askBefore);
      };
    }

    Question read() {
      Instant before = Messages.instant("askBefore", askBefore);
      if (usage != null) {
        return usage.read(before);
      }
      if (meters != null) {
        return new Question.OfMeters(List.copyOf(meters), before);
      }
      throw new IllegalArgumentException("it asks neither for 'usage' nor for 'meters'");
    }
  }

  private record Usage(
      String meter,
      String stripeMeterId,
      String organization,
      String customer,
      String from,
      String to) {

    static Usage of(Question.Usage question) {
      return new Usage(
          question.meter(),
          question.stripeMeterId(),
          question.organizationId(),
          question.stripeCustomerId(),
          question.from().toString(),
          question.to().toString());
    }

    Question read(Instant askBefore) {
      return new Question.Usage(
          meter,
          stripeMeterId,
          organization,
          customer,
          Hour.parse(from),
          Hour.parse(to),
          askBefore);
    }
  }

  public static String encode(Question question) {
    return Messages.encode(Message.of(question));
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  public static Question decode(@Nullable String body) throws UnreadableMessage {
    return Messages.decode(body, List.of(VERSION), Message.class, Message::read);
  }
}
