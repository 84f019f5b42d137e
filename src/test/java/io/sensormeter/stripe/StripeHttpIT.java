package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.StripeClient;
import io.sensormeter.config.StripeMode;
import io.sensormeter.stripe.Answer.Delivered;
import io.sensormeter.stripe.Answer.NoAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** When a call ends, that it has ended then, and that nothing is sent twice behind our back. */
final class StripeHttpIT extends StripeFixture {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final NoAnswer TOO_LATE = new NoAnswer("no complete answer in time", false, 0);

  @Test
  void callWithoutAnswerEndsInTimeAndClosesItsConnection() throws Exception {
    try (RawServer server = RawServer.start(call -> call.hang())) {
      assertThat(events(server, SHORT).send(COPY)).isEqualTo(TOO_LATE);

      assertThat(server.lostConnection()).succeedsWithin(SOON);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void answerThatDripsEndsInTimeAndClosesItsConnection() throws Exception {
    try (RawServer server =
        RawServer.start(
            call -> {
              call.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{");
              call.flood(" ", () -> LockSupport.parkNanos(1_000_000));
            })) {
      assertThat(events(server, SHORT).send(COPY)).isEqualTo(TOO_LATE);

      assertThat(server.lostConnection()).succeedsWithin(SOON);
    }
  }

  @Test
  void connectionThatDoesNotComeAboutEndsInTime() throws Exception {
    // TEST-NET-1 (RFC 5737): nobody is there. Unreachable at once or silent, both must end.
    MeterEvents events =
        new MeterEvents(
            new StripeCalls(
                "http://192.0.2.1:9",
                secrets,
                arn,
                StripeMode.TEST,
                world.time(),
                world.stripeHttp(),
                Duration.ofMillis(300)),
            StripeMode.TEST);

    assertThat(CompletableFuture.supplyAsync(() -> events.send(COPY), Thread::startVirtualThread))
        .succeedsWithin(SOON)
        .isInstanceOf(NoAnswer.class);
  }

  @Test
  void endlessAnswerIsCutOff() throws Exception {
    try (RawServer server =
        RawServer.start(
            call -> {
              call.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
              call.flood(" ".repeat(8192), () -> {});
            })) {
      assertThat(events(server).send(COPY))
          .isInstanceOfSatisfying(
              NoAnswer.class,
              none -> assertThat(none.reason()).contains("body exceeds capacity: 262144"));

      assertThat(server.lostConnection()).succeedsWithin(SOON);
    }
  }

  @Test
  void interruptEndsTheCallAndStaysSet() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (RawServer server =
        RawServer.start(
            call -> {
              arrived.countDown();
              call.hang();
            })) {
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    Answer answer = events(server).send(COPY);
                    flag.complete(
                        answer instanceof NoAnswer && Thread.currentThread().isInterrupted());
                  });
      await(arrived);
      caller.interrupt();

      assertThat(flag).succeedsWithin(SOON).isEqualTo(true);
      assertThat(server.lostConnection()).succeedsWithin(SOON);
    }
  }

  @Test
  void postIsNotSentAgainWhenAKeptConnectionDies() throws Exception {
    try (RawServer server = RawServer.start(onceThenDrop())) {
      MeterEvents events = events(server);
      assertThat(events.send(COPY)).isInstanceOf(Delivered.class);
      assertThat(events.send(COPY)).isInstanceOf(NoAnswer.class);

      assertThat(server.requests()).extracting(RawServer.Request::connection).containsExactly(1, 1);
    }
  }

  @Test
  void getIsSentAgainWhichShowsThatThePostCouldHaveBeen() throws Exception {
    try (RawServer server = RawServer.start(onceThenDrop())) {
      StripeClient client =
          StripeClient.builder()
              .setApiKey(KEY)
              .setApiBase(server.base())
              .setHttpClient(new StripeHttp(world.time(), world.stripeHttp()))
              .build();
      client.v1().billing().meters().retrieve("m");
      client.v1().billing().meters().retrieve("m");

      assertThat(server.requests())
          .extracting(RawServer.Request::connection)
          .containsExactly(1, 1, 2);
    }
  }

  @Test
  void resetAndTruncatedAnswersAreNoAnswerAndNotSentAgain() throws Exception {
    List<RawServer.Reply> replies =
        List.of(
            call -> call.reset(),
            call -> call.close(),
            call -> {
              call.write(RawServer.text(200, event(OURS)).substring(0, 200));
              call.close();
            },
            call -> {
              call.write("garbage\r\n\r\n");
              call.close();
            });
    for (RawServer.Reply reply : replies) {
      try (RawServer server = RawServer.start(reply)) {
        assertThat(events(server).send(COPY)).isInstanceOf(NoAnswer.class);
        assertThat(server.requests()).hasSize(1);
      }
    }
  }

  @Test
  void redirectIsNotFollowed() throws Exception {
    try (RawServer server =
        RawServer.start(
            call ->
                call.write(
                    "HTTP/1.1 307 Any\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\n{}"))) {
      assertThat(events(server).send(COPY))
          .isEqualTo(new NoAnswer("HTTP 307, unreadable", false, 307));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void connectionIsKeptForTheNextCallButNotAfterAFreeze() throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(200, event(OURS)))) {
      MeterEvents events = events(server);
      events.send(COPY);
      clock.advance(StripeHttp.IDLE_MAX);
      events.send(COPY);
      clock.advance(StripeHttp.IDLE_MAX.plusMillis(1));
      events.send(COPY);

      assertThat(server.requests())
          .extracting(RawServer.Request::connection)
          .containsExactly(1, 1, 2);
    }
  }

  @Test
  void carriesAHundredAndTwentyEightCallsAtOnce() throws Exception {
    int calls = 128;
    CountDownLatch together = new CountDownLatch(calls);
    try (RawServer server =
            RawServer.start(
                call -> {
                  together.countDown();
                  await(together);
                  call.answer(200, event(OURS));
                });
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      MeterEvents events = events(server);
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        answers.add(threads.submit(() -> events.send(COPY)));
      }
      for (Future<Answer> answer : answers) {
        assertThat(answer.get()).isInstanceOf(Delivered.class);
      }
      assertThat(server.connections()).isEqualTo(calls);
    }
  }

  /** Answers a connection's first request; at its second, closes it as an idle limit would. */
  private static RawServer.Reply onceThenDrop() {
    Set<Integer> used = ConcurrentHashMap.newKeySet();
    return call -> {
      if (used.add(call.request().connection())) {
        call.answer(200, event(OURS));
      } else {
        call.close();
      }
    };
  }
}
