package io.sensormeter.view;

import gg.jte.generated.precompiled.JtecustomerGenerated;
import gg.jte.generated.precompiled.JteexceptionsGenerated;
import gg.jte.generated.precompiled.JtehourGenerated;
import gg.jte.generated.precompiled.JtehoursGenerated;
import gg.jte.generated.precompiled.JtemetersGenerated;
import gg.jte.generated.precompiled.JtenoticeGenerated;
import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import io.sensormeter.config.ViewSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.inspection.Terms;
import io.sensormeter.lambda.Release;
import io.sensormeter.ledger.LedgerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/** The pages: each is read from the ledger anew, and changes nothing. */
final class Pages {

  /** What a dashboard shows of the widget where it is set up. */
  static final String DESCRIPTION =
      """
      ## sensor-meter: pages from the ledger

      Was every hour billed? Read-only; called with the rights of who looks at it.

      | `page` | shows | further parameters |
      |---|---|---|
      | `hours` | 35 days of hours | |
      | `hour` | one hour | `hour`: `2026-11-22T14Z` |
      | `exceptions` | what waits for a person, and the command that helps | |
      | `customer` | a month of an organization or Stripe customer | `of`, `month`: `2026-11` |
      | `meters` | the meters as declared, and as Stripe has them | |
      """;

  /** Lambda answers 6 MB at most, and a letter may take several bytes. */
  private static final int CHARACTERS_MAX = 2_500_000;

  private static final String STYLE = resource("/view/pages.css");

  private final LedgerVersion version;
  private final ReadOnly reads;
  private final ViewSettings settings;

  Pages(LedgerVersion version, ReadOnly reads, ViewSettings settings) {
    this.version = version;
    this.reads = reads;
    this.settings = settings;
  }

  /** Which page. */
  private enum Page {
    HOURS("Hours"),
    HOUR("Hour"),
    EXCEPTIONS("Exceptions"),
    CUSTOMER("Customer"),
    METERS("Meters");

    private static final List<Page> TABS = List.of(HOURS, EXCEPTIONS, CUSTOMER, METERS);

    private final String title;

    Page(String title) {
      this.title = title;
    }

    private String parameter() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** An hour is one of the hours. */
    private Page tab() {
      return this == HOUR ? HOURS : this;
    }

    private static Page of(ViewRequest request) {
      String asked = request.field("page").orElse(HOURS.parameter());
      for (Page page : values()) {
        if (page.parameter().equals(asked)) {
          return page;
        }
      }
      throw new IllegalArgumentException(
          "there is no page '%s'; there are hours, hour, exceptions, customer, meters"
              .formatted(asked));
    }
  }

  /**
   * A page as HTML.
   *
   * @param endpoint ARN of this function
   * @throws io.sensormeter.database.DatabaseException if the ledger cannot be read
   */
  String answer(ViewRequest request, String endpoint) {
    try {
      String html =
          version
              .unreadable()
              .map(why -> notice(request, endpoint, why))
              .orElseGet(() -> page(Page.of(request), request, endpoint));
      return html.length() <= CHARACTERS_MAX
          ? html
          : notice(
              request,
              endpoint,
              "the page has %,d characters, and Lambda answers 6 MB at most; ask by the command that the page of a smaller organization shows"
                  .formatted(html.length()));
    } catch (IllegalArgumentException e) {
      // What somebody typed: the page says what is wrong with it.
      return notice(request, endpoint, String.valueOf(e.getMessage()));
    }
  }

  private String page(Page page, ViewRequest request, String endpoint) {
    Frame frame = frame(page, request, endpoint, ledger());
    Terms terms =
        new Terms(
            reads,
            request.now(),
            settings.verifyEveryHours(),
            settings.billFrom(),
            settings.shippedSource());
    return switch (page) {
      case HOURS -> {
        HoursModel model = new HoursPage(terms).of(request);
        yield rendered(out -> JtehoursGenerated.render(out, null, frame, model));
      }
      case HOUR -> {
        HourModel model = new HourPage(terms).of(request);
        yield rendered(out -> JtehourGenerated.render(out, null, frame, model));
      }
      case EXCEPTIONS -> {
        ExceptionsModel model = new ExceptionsPage(terms).of(request);
        yield rendered(out -> JteexceptionsGenerated.render(out, null, frame, model));
      }
      case CUSTOMER -> {
        CustomerModel model = new CustomerPage(reads, settings.meters()).of(request);
        yield rendered(out -> JtecustomerGenerated.render(out, null, frame, model));
      }
      case METERS -> {
        MetersModel model = new MetersPage(terms, settings.meters()).of(request);
        yield rendered(out -> JtemetersGenerated.render(out, null, frame, model));
      }
    };
  }

  /** Escaped by the place in the HTML that a text is written to. */
  private static String rendered(Consumer<HtmlTemplateOutput> template) {
    StringOutput html = new StringOutput();
    template.accept(new OwaspHtmlTemplateOutput(html));
    return html.toString();
  }

  private static String notice(ViewRequest request, String endpoint, String says) {
    Frame frame = frame(Page.HOURS, request, endpoint, "");
    return rendered(out -> JtenoticeGenerated.render(out, null, frame, says));
  }

  private static Frame frame(Page current, ViewRequest request, String endpoint, String ledger) {
    LocalTimes times = new LocalTimes(request.zone());
    return new Frame(
        current.title,
        endpoint,
        request.dark(),
        STYLE,
        Page.TABS.stream()
            .map(
                page ->
                    new Frame.Tab(Action.to(page.title, page.parameter()), page == current.tab()))
            .toList(),
        times.time(request.now()) + " " + times.name(),
        ledger);
  }

  /** Whose ledger it is, and which release shows it. */
  private String ledger() {
    return reads
        .one(
            "looking whose ledger it is",
            row -> row.text("owner") + ", Stripe's " + row.text("mode") + " mode",
            "select owner, mode from metering.stack")
        .map(owner -> "Ledger of " + owner + ". Release " + Release.version() + ".")
        .orElse("No stack has used this ledger yet.");
  }

  private static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(Pages.class.getResourceAsStream(name), name + " ships")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
