package io.sensormeter.queue;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The body of a message on the outcomes queue, version {@value #VERSION}: sightings of the
 * verifier. Version 1 there is {@link OutcomeFormat}; a recorder from before there were sightings
 * returns these to the queue.
 */
public final class SightingFormat {

  static final int VERSION = 2;

  private SightingFormat() {}

  /** Sightings by their kinds. */
  private record Message(
      int v,
      List<Usage> usages,
      List<NoCustomer> noCustomers,
      List<OfMeter> meters,
      List<Refused> refused,
      List<Doubted> doubted) {

    static Message of(List<Sighting> sightings) {
      Message message =
          new Message(
              VERSION,
              new ArrayList<>(),
              new ArrayList<>(),
              new ArrayList<>(),
              new ArrayList<>(),
              new ArrayList<>());
      sightings.forEach(message::add);
      return message;
    }

    private void add(Sighting sighting) {
      switch (sighting) {
        case Sighting.Usage one -> usages.add(Usage.of(one));
        case Sighting.NoCustomer one -> noCustomers.add(NoCustomer.of(one));
        case Sighting.OfMeter one -> meters.add(OfMeter.of(one));
        case Sighting.Refused one -> refused.add(Refused.of(one));
        case Sighting.Doubted one -> doubted.add(Doubted.of(one));
      }
    }

    List<Sighting> read() {
      List<Sighting> sightings = new ArrayList<>();
      usages.forEach(one -> sightings.add(one.read()));
      noCustomers.forEach(one -> sightings.add(one.read()));
      meters.forEach(one -> sightings.add(one.read()));
      refused.forEach(one -> sightings.add(one.read()));
      doubted.forEach(one -> sightings.add(one.read()));
      return sightings;
    }
  }

  private record Usage(
      String meter,
      String stripeMeterId,
      String organization,
      String customer,
      String from,
      String to,
      Map<String, BigDecimal> values,
      String readAt) {

    static Usage of(Sighting.Usage one) {
      Map<String, BigDecimal> values = new TreeMap<>();
      one.values().forEach((hour, value) -> values.put(hour.toString(), value));
      return new Usage(
          one.meter(),
          one.stripeMeterId(),
          one.organizationId(),
          one.stripeCustomerId(),
          one.from().toString(),
          one.to().toString(),
          values,
          one.readAt().toString());
    }

    Sighting read() {
      Map<Hour, BigDecimal> hours = new TreeMap<>();
      values.forEach((hour, value) -> hours.put(Hour.parse(hour), value));
      return new Sighting.Usage(
          meter,
          stripeMeterId,
          organization,
          customer,
          Hour.parse(from),
          Hour.parse(to),
          hours,
          Messages.instant("readAt", readAt));
    }
  }

  private record NoCustomer(
      String meter,
      String stripeMeterId,
      String organization,
      String customer,
      String from,
      String to,
      String message,
      String readAt) {

    static NoCustomer of(Sighting.NoCustomer one) {
      return new NoCustomer(
          one.meter(),
          one.stripeMeterId(),
          one.organizationId(),
          one.stripeCustomerId(),
          one.from().toString(),
          one.to().toString(),
          one.message(),
          one.readAt().toString());
    }

    Sighting read() {
      return new Sighting.NoCustomer(
          meter,
          stripeMeterId,
          organization,
          customer,
          Hour.parse(from),
          Hour.parse(to),
          message,
          Messages.instant("readAt", readAt));
    }
  }

  private record OfMeter(String meter, List<Found> found, String readAt) {

    static OfMeter of(Sighting.OfMeter one) {
      return new OfMeter(
          one.meter(), one.found().stream().map(Found::of).toList(), one.readAt().toString());
    }

    Sighting read() {
      return new Sighting.OfMeter(
          meter, found.stream().map(Found::read).toList(), Messages.instant("readAt", readAt));
    }
  }

  /** Field by field as {@link StripeMeter}. */
  private record Found(
      String id,
      String status,
      String formula,
      @JsonSetter(nulls = Nulls.SET) @Nullable String eventTimeWindow,
      String customerKey,
      String valueKey,
      boolean livemode) {

    static Found of(StripeMeter meter) {
      return new Found(
          meter.id(),
          meter.status(),
          meter.formula(),
          meter.eventTimeWindow(),
          meter.customerKey(),
          meter.valueKey(),
          meter.livemode());
    }

    StripeMeter read() {
      return new StripeMeter(id, status, formula, eventTimeWindow, customerKey, valueKey, livemode);
    }
  }

  private record Refused(String identifier, String code, String message, String at) {

    static Refused of(Sighting.Refused one) {
      return new Refused(one.identifier(), one.code(), one.message(), one.at().toString());
    }

    Sighting read() {
      return new Sighting.Refused(identifier, code, message, Messages.instant("at", at));
    }
  }

  private record Doubted(String stripeMeterId, String from, String to) {

    static Doubted of(Sighting.Doubted one) {
      return new Doubted(one.stripeMeterId(), one.from().toString(), one.to().toString());
    }

    Sighting read() {
      return new Sighting.Doubted(
          stripeMeterId, Messages.instant("from", from), Messages.instant("to", to));
    }
  }

  /** Whether a message of the outcomes queue holds sightings, and no outcomes. */
  public static boolean isOf(@Nullable String body) {
    return Messages.isVersion(VERSION, body);
  }

  public static String encode(List<Sighting> sightings) {
    return Messages.encode(Message.of(sightings));
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  public static List<Sighting> decode(@Nullable String body) throws UnreadableMessage {
    return Messages.decode(body, List.of(VERSION), Message.class, Message::read);
  }
}
