package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.StripeMode;
import io.sensormeter.local.Services;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Delivered;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that Stripe refuses is read again, once for all calls that were refused with it. */
final class KeyRotationIT extends StripeFixture {
  private static final String SECOND_KEY = "rk_test_second";
  private static final int CALLS = 32;

  @Test
  void rotatedKeyIsReadAgainAndTheCallMadeOnceMore() throws Exception {
    try (RawServer server = RawServer.start(accepting(SECOND_KEY))) {
      MeterEvents events = events(server);
      events.requireKey();
      Services.secrets().put(arn, SECOND_KEY);

      assertThat(events.send(COPY)).isEqualTo(new Delivered("req_1", false));
      assertThat(server.requests()).hasSize(2);
      assertThat(secretReads()).isEqualTo(2);

      assertThat(events.send(COPY)).isInstanceOf(Delivered.class);
      assertThat(server.requests()).hasSize(3);
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @Test
  void unchangedKeyIsNotTriedAgain() throws Exception {
    try (RawServer server = RawServer.start(accepting(SECOND_KEY))) {
      assertThat(events(server).send(COPY))
          .isEqualTo(new ConfigurationError("HTTP 401 Invalid API Key provided: rk_test_***", 401));
      assertThat(server.requests()).hasSize(1);
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @Test
  void secondKeyThatIsRefusedTooIsAConfigurationError() throws Exception {
    try (RawServer server = RawServer.start(accepting("rk_test_third"))) {
      MeterEvents events = events(server);
      events.requireKey();
      Services.secrets().put(arn, SECOND_KEY);

      assertThat(events.send(COPY)).isInstanceOf(ConfigurationError.class);
      assertThat(server.requests()).hasSize(2);
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @Test
  void callsRefusedTogetherReadTheKeyOnce() throws Exception {
    try (RawServer server = RawServer.start(togetherThen(accepting(SECOND_KEY)))) {
      MeterEvents events = events(server);
      events.requireKey();
      Services.secrets().put(arn, SECOND_KEY);

      assertThat(sendTogether(events)).allMatch(Delivered.class::isInstance);
      assertThat(server.requests()).hasSize(2 * CALLS);
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @Test
  void callsRefusedTogetherReadAnUnchangedKeyOnce() throws Exception {
    try (RawServer server = RawServer.start(togetherThen(accepting(SECOND_KEY)))) {
      assertThat(sendTogether(events(server))).allMatch(ConfigurationError.class::isInstance);
      assertThat(server.requests()).hasSize(CALLS);
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @Test
  void secretThatCannotBeReadAgainIsAskedForOnce() throws Exception {
    try (RawServer server = RawServer.start(togetherThen(accepting(SECOND_KEY)))) {
      MeterEvents events = events(server);
      events.requireKey();
      Services.secrets().put(arn, " ");

      assertThat(sendTogether(events))
          .allMatch(ConfigurationError.class::isInstance)
          .anySatisfy(
              answer -> assertThat(answer.toString()).contains("could not be read again", arn));
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rk_test_a\nrk_test_b",
        "rk_test_ä",
        "rk_test_",
        "pk_test_a",
        "whsec_a",
        "sk_org_live_a",
        "{\"key\": \"rk_test_a\"}"
      })
  void whatCannotBeAKeyIsRefusedBeforeTheFirstCallWithoutTellingIt(String text) throws Exception {
    Services.secrets().put(arn, text);
    try (RawServer server = RawServer.start(accepting(KEY))) {
      MeterEvents events = events(server);
      events.requireKey();

      assertThat(events.send(COPY))
          .isEqualTo(
              new ConfigurationError(
                  "secret "
                      + arn
                      + " holds no secret key of Stripe's, which begins with rk_live_, rk_test_,"
                      + " sk_live_ or sk_test_; store the restricted key alone, as plain text",
                  0));
      assertThat(server.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TEST, rk_live_a, live",
    "TEST, sk_live_a, live",
    "LIVE, rk_test_a, test",
    "LIVE, sk_test_rk_live_a, test"
  })
  void keyOfTheOtherModeIsRefusedBeforeTheFirstCall(StripeMode mode, String key, String has)
      throws Exception {
    Services.secrets().put(arn, key);
    try (RawServer server = RawServer.start(accepting(key))) {
      MeterEvents events = events(server, mode, StripeCalls.TIMEOUT);
      events.requireKey();

      assertThat(events.send(COPY))
          .isEqualTo(
              new ConfigurationError(
                  "the key in secret %s is of mode %s, but STRIPE_MODE is %s; store a key of mode %3$s, no call is made with this one"
                      .formatted(arn, has, mode.label()),
                  0));
      assertThat(server.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk_test_first", "rk_test_first"})
  void secretAndRestrictedKeysAreBothSent(String key) throws Exception {
    Services.secrets().put(arn, key);
    try (RawServer server = RawServer.start(accepting(key))) {
      assertThat(events(server).send(COPY)).isInstanceOf(Delivered.class);
    }
  }

  @Test
  void keyOfTheOtherModeIsReadAgainInEachBatchSinceNo401TellsThatItWasReplaced() throws Exception {
    Services.secrets().put(arn, "rk_live_first");
    try (RawServer server = RawServer.start(accepting(KEY))) {
      MeterEvents events = events(server);
      events.requireKey();
      assertThat(events.send(COPY)).isInstanceOf(ConfigurationError.class);
      Services.secrets().put(arn, KEY);
      events.requireKey();

      assertThat(events.send(COPY)).isInstanceOf(Delivered.class);
      int reads = secretReads();
      events.requireKey();
      assertThat(secretReads()).isEqualTo(reads);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void keyOfTheOtherModeThatFollowsARefusedOneIsNotUsed() throws Exception {
    try (RawServer server = RawServer.start(accepting("rk_live_second"))) {
      MeterEvents events = events(server);
      events.requireKey();
      Services.secrets().put(arn, "rk_live_second");

      assertThat(events.send(COPY))
          .isInstanceOfSatisfying(
              ConfigurationError.class,
              error -> assertThat(error.message()).contains("is of mode live"));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void keyIsNowhereInText() throws Exception {
    try (RawServer server = RawServer.start(accepting(SECOND_KEY))) {
      RotatingClient client =
          new RotatingClient(
              server.base(),
              secrets,
              arn,
              StripeMode.TEST,
              new StripeHttp(world.time(), world.stripeHttp()),
              SOON);

      assertThat(client.current().toString()).doesNotContain(KEY);
      assertThat(events(server).send(COPY).toString()).doesNotContain(KEY);
    }
  }

  /** Stripe's 401 masks the key; this one does not, and must not reach a log through us. */
  private static RawServer.Reply accepting(String key) {
    return call -> {
      if (call.request().header("Authorization").equals("Bearer " + key)) {
        call.answer(200, event(OURS));
      } else {
        call.answer(401, error("Invalid API Key provided: " + KEY));
      }
    };
  }

  /** Answers nobody before all calls have arrived. */
  private static RawServer.Reply togetherThen(RawServer.Reply reply) {
    CountDownLatch together = new CountDownLatch(CALLS);
    return call -> {
      together.countDown();
      await(together);
      reply.to(call);
    };
  }

  private static List<Answer> sendTogether(MeterEvents events) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        calls.add(threads.submit(() -> events.send(COPY)));
      }
      List<Answer> answers = new ArrayList<>();
      for (Future<Answer> call : calls) {
        answers.add(call.get());
      }
      return answers;
    }
  }
}
