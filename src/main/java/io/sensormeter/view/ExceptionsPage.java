package io.sensormeter.view;

import io.sensormeter.inspection.Terms;
import io.sensormeter.inspection.Waiting;
import io.sensormeter.meter.Hour;
import io.sensormeter.view.ExceptionsModel.Card;
import io.sensormeter.view.ExceptionsModel.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Page Exceptions: as the command of the same name tells them, whatever time is shown. */
record ExceptionsPage(Terms terms) {

  ExceptionsModel of(ViewRequest request) {
    LocalTimes times = new LocalTimes(request.zone());
    Waiting waiting = Waiting.look(terms, Waiting.Filter.OPEN);
    List<Card> cards = new ArrayList<>();
    waiting.meters().forEach(meter -> cards.add(ofMeter(meter)));
    waiting.hours().forEach(hours -> cards.add(ofHours(hours, times, request)));
    waiting.reports().forEach(group -> cards.add(ofGroup(group, times, request)));
    waiting.customerless().ifPresent(some -> cards.add(ofCustomerless(some)));
    return new ExceptionsModel(verdict(cards.size()), cards);
  }

  private static Verdict verdict(int kinds) {
    return kinds == 0
        ? new Verdict(
            "Nothing",
            "good",
            "waits for a person: no open exception, no hour that is owed, skipped or read late, no"
                + " meter with a problem.")
        : new Verdict(
            Count.of(kinds, "kind"),
            "bad",
            (kinds == 1 ? "of exception waits" : "of exceptions wait")
                + " for a person. Each says what it means for the invoice, and the command that"
                + " helps; what writes is proposed as a dry run.");
  }

  private static Card ofGroup(Waiting.Group group, LocalTimes times, ViewRequest request) {
    HourState state =
        switch (group.status()) {
          case "pending" -> HourState.PENDING;
          case "accepted" -> HourState.ACCEPTED;
          case "shadow" -> HourState.SHADOW;
          default -> HourState.EXCEPTION;
        };
    return new Card(
        state.label(),
        state.mark(),
        group.status() + group.code().map(code -> ": " + code).orElse(""),
        group.meter(),
        "%s of %s, %s"
            .formatted(
                Count.of(group.reports(), "report"),
                Count.of(group.organizations(), "organization"),
                Count.number(group.units()) + " units"),
        since(group.since(), group.newest(), times, request),
        group.means(),
        group.examples().stream().map(example -> example(example, times)).toList(),
        commands(group.next()));
  }

  private static Example example(Waiting.Example example, LocalTimes times) {
    Hour hour = Hour.parse(example.hour());
    return new Example(
        Action.to(
            example.organization(),
            "customer",
            "of",
            example.organization(),
            "month",
            times.day(hour).toString().substring(0, 7)),
        example.hour(),
        Action.toHour(times.hour(hour), hour),
        example.stripeCustomer().orElse("no customer"));
  }

  private static Card ofHours(Waiting.OfHours hours, LocalTimes times, ViewRequest request) {
    HourState state =
        switch (hours.status()) {
          case "owed", "before_live" -> HourState.OWED;
          case "skipped" -> HourState.SKIPPED;
          default -> HourState.EXCEPTION;
        };
    return new Card(
        state.label(),
        state.mark(),
        hours.status().replace('_', ' '),
        "",
        Count.of(hours.hours(), "hour"),
        since(hours.since(), hours.newest(), times, request),
        hours.means(),
        List.of(),
        commands(hours.next()));
  }

  private static Card ofMeter(Waiting.OfMeter meter) {
    return new Card(
        HourState.EXCEPTION.label(),
        HourState.EXCEPTION.mark(),
        "meter",
        meter.meter(),
        "not as declared",
        "",
        meter.problem(),
        List.of(),
        commands(meter.next()));
  }

  private static Card ofCustomerless(Waiting.Customerless some) {
    return new Card(
        HourState.EXCEPTION.label(),
        HourState.EXCEPTION.mark(),
        "without customer",
        "",
        Count.of(some.count(), "organization"),
        "",
        "Active subscriptions without a Stripe customer: nobody is billed for them, and no report"
            + " says so. Give them a customer in the application. Such as: "
            + String.join(", ", some.examples()),
        List.of(),
        List.of());
  }

  private static String since(Hour since, Hour newest, LocalTimes times, ViewRequest request) {
    String ago = LocalTimes.ago(since.start(), request.now());
    return since.equals(newest)
        ? "%s, %s".formatted(times.hour(since), ago)
        : "since %s, %s; newest %s".formatted(times.hour(since), ago, times.hour(newest));
  }

  private static List<String> commands(List<Map<String, Object>> next) {
    return next.stream().map(Action::json).toList();
  }
}
