package io.sensormeter.local.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The edge of {@code POST /v1/billing/meter_events}: who may call, how often, one at a time per
 * customer and meter, scripted faults, stored answers; {@link MeterEventIntake} does the rest.
 * Thread-safe.
 */
final class MeterEventEndpoint {
  private final InstantSource clock;
  private final Rules rules;
  private final Keys keys;
  private final Account account;
  private final MeterEventIntake intake;
  private final StoredAnswers stored = new StoredAnswers();
  private final Set<String> inProgress = ConcurrentHashMap.newKeySet();
  final Faults<MeterEventCall> faults = new Faults<>();
  final Traffic traffic = new Traffic();

  MeterEventEndpoint(InstantSource clock, Rules rules, Keys keys, Account account) {
    this.clock = clock;
    this.rules = rules;
    this.keys = keys;
    this.account = account;
    this.intake = new MeterEventIntake(account, clock, rules);
  }

  /** Null: the connection is to be dropped without an answer. */
  @Nullable HttpAnswer answer(HttpExchange exchange, String requestId)
      throws IOException, InterruptedException {
    long number = traffic.begin();
    HttpAnswer answer = null;
    try {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      answer = answer(exchange, body, number, requestId);
    } finally {
      if (answer == null) {
        traffic.endUnanswered();
      } else {
        traffic.endAnswered(answer.status());
      }
    }
    return answer;
  }

  private @Nullable HttpAnswer answer(
      HttpExchange exchange, String body, long number, String requestId)
      throws InterruptedException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    HttpAnswer refused = keys.refusal(authorization, Permission.BILLING_METER_EVENT_WRITE);
    if (refused != null) {
      return refused;
    }
    RateLimit limit = rules.eventLimit;
    if (limit != null && !limit.admits()) {
      return HttpAnswer.rateLimited("endpoint-rate");
    }
    String contentType = exchange.getRequestHeaders().getFirst("Content-Type");
    if (contentType == null || !contentType.startsWith("application/x-www-form-urlencoded")) {
      return HttpAnswer.refused(
          "Invalid request (check that your POST content type is"
              + " application/x-www-form-urlencoded).");
    }
    Form form = Form.decode(body);
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    var call = MeterEventCall.of(number, requestId, key, form);
    return oneAtATime(call, form, body, Keys.isLive(authorization));
  }

  /** docs/stripe-facts.md, Limits: one call at a time per customer and meter, else 409. */
  private @Nullable HttpAnswer oneAtATime(
      MeterEventCall call, Form form, String body, boolean livemode) throws InterruptedException {
    String customerAndMeter = rules.simultaneousRefused ? customerAndMeter(call, form) : null;
    if (customerAndMeter != null && !inProgress.add(customerAndMeter)) {
      return HttpAnswer.conflict();
    }
    CountDownLatch held = faults.held();
    Fault fault;
    HttpAnswer answer;
    try {
      fault = faults.next(call);
      rules.sleep();
      answer = meet(fault, call, form, body, livemode);
    } finally {
      if (customerAndMeter != null) {
        inProgress.remove(customerAndMeter);
      }
    }
    if (fault instanceof Fault.HangBeforeProcessing || fault instanceof Fault.HangAfterProcessing) {
      held.await();
    }
    return answer;
  }

  private @Nullable HttpAnswer meet(
      @Nullable Fault fault, MeterEventCall call, Form form, String body, boolean livemode) {
    return switch (fault) {
      case null -> process(fault, call, form, body, livemode);
      case Fault.ServerError() -> process(fault, call, form, body, livemode);
      case Fault.ServerErrorAfterProcessing() -> process(fault, call, form, body, livemode);
      case Fault.RejectedLater(var _) -> process(fault, call, form, body, livemode);
      case Fault.Swallowed() -> process(fault, call, form, body, livemode);
      case Fault.RateLimited(var reason) -> HttpAnswer.rateLimited(reason);
      case Fault.Refused(var code, var message) -> HttpAnswer.refused(message, code, null);
      case Fault.EmptyAnswer(var status) -> HttpAnswer.empty(status);
      case Fault.HtmlAnswer(var status) -> HttpAnswer.html(status);
      case Fault.HangBeforeProcessing(), Fault.ResetBeforeProcessing() -> null;
      case Fault.HangAfterProcessing(), Fault.ResetAfterProcessing() -> {
        process(null, call, form, body, livemode);
        yield null;
      }
    };
  }

  private HttpAnswer process(
      @Nullable Fault fault, MeterEventCall call, Form form, String body, boolean livemode) {
    return stored.once(
        call,
        body,
        clock.instant(),
        () -> {
          if (fault instanceof Fault.ServerError) {
            return HttpAnswer.serverError();
          }
          HttpAnswer created = intake.create(form, livemode, fault);
          return fault instanceof Fault.ServerErrorAfterProcessing
              ? HttpAnswer.serverError()
              : created;
        });
  }

  /** Null when the call names no customer or no active meter: there is nothing to lock. */
  private @Nullable String customerAndMeter(MeterEventCall call, Form form) {
    String eventName = call.eventName();
    FakeMeter meter = eventName == null ? null : account.activeMeter(eventName);
    String customer = meter == null ? null : form.get("payload[" + meter.customerKey() + "]");
    return meter == null || customer == null ? null : customer + " " + meter.id();
  }
}
