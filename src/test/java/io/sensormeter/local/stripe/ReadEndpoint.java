package io.sensormeter.local.stripe;

import com.sun.net.httpserver.HttpExchange;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The edge of the reads: which there are, who may call, how often. Thread-safe. */
final class ReadEndpoint {
  private static final String METERS = "/v1/billing/meters";
  private static final String METER = METERS + "/";
  private static final String SUMMARIES = "/event_summaries";
  private static final String EVENT = "/v2/core/events/";

  private final Rules rules;
  private final Keys keys;
  private final MeterReads reads;
  private final AtomicLong calls = new AtomicLong();
  final Faults<ReadCall> faults = new Faults<>();

  ReadEndpoint(InstantSource clock, Rules rules, Keys keys, Account account) {
    this.rules = rules;
    this.keys = keys;
    this.reads = new MeterReads(account, clock, rules);
  }

  long calls() {
    return calls.get();
  }

  /** Null: the connection is to be dropped without an answer. */
  @Nullable HttpAnswer answer(HttpExchange exchange) throws InterruptedException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    Permission needed = method.equals("GET") ? permission(path) : null;
    if (needed == null) {
      return HttpAnswer.error(
          404,
          "invalid_request_error",
          "Unrecognized request URL (%s: %s).".formatted(method, path),
          null,
          null);
    }
    long number = calls.incrementAndGet();
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    HttpAnswer refused = keys.refusal(authorization, needed);
    if (refused != null) {
      return refused;
    }
    RateLimit limit = rules.readLimit;
    if (limit != null && !limit.admits()) {
      return HttpAnswer.rateLimited("global-rate");
    }
    rules.sleep();
    Form query = Form.decode(exchange.getRequestURI().getRawQuery());
    CountDownLatch held = faults.held();
    Fault fault = faults.next(new ReadCall(number, path, query.get("customer")));
    if (fault == null) {
      return read(path, query, Keys.isLive(authorization));
    }
    if (fault instanceof Fault.HangBeforeProcessing) {
      held.await();
    }
    return meet(fault);
  }

  private static @Nullable HttpAnswer meet(Fault fault) {
    return switch (fault) {
      case Fault.RateLimited(var reason) -> HttpAnswer.rateLimited(reason);
      case Fault.ServerError() -> HttpAnswer.serverError();
      case Fault.Refused(var code, var message) -> HttpAnswer.refused(message, code, null);
      case Fault.EmptyAnswer(var status) -> HttpAnswer.empty(status);
      case Fault.HtmlAnswer(var status) -> HttpAnswer.html(status);
      case Fault.HangBeforeProcessing(), Fault.ResetBeforeProcessing() -> null;
      case Fault.ServerErrorAfterProcessing(),
          Fault.HangAfterProcessing(),
          Fault.ResetAfterProcessing(),
          Fault.RejectedLater(var _),
          Fault.Swallowed() ->
          throw new IllegalArgumentException("a read changes nothing: " + fault);
    };
  }

  /** docs/stripe-facts.md, Keys: what a read needs; null for a path that is not served. */
  private static @Nullable Permission permission(String path) {
    if (path.startsWith(EVENT)) {
      return Permission.EVENT_READ;
    }
    if (!path.equals(METERS) && !path.startsWith(METER)) {
      return null;
    }
    return path.endsWith(SUMMARIES)
        ? Permission.BILLING_METER_EVENT_READ
        : Permission.BILLING_METER_READ;
  }

  private HttpAnswer read(String path, Form query, boolean livemode) {
    if (path.equals(METERS)) {
      return reads.meters(query, livemode);
    }
    if (path.startsWith(EVENT)) {
      return reads.event(path.substring(EVENT.length()));
    }
    String meter = path.substring(METER.length());
    return meter.endsWith(SUMMARIES)
        ? reads.summaries(meter.substring(0, meter.length() - SUMMARIES.length()), query, livemode)
        : reads.meter(meter, livemode);
  }
}
