package io.sensormeter.local;

import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.meter.Hour;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * {@code mvn -q -Pscreenshots}: every page of this release, wide and narrow, light and dark, into
 * target/screenshots, and those that the documents show into docs/images. The hours are real ticks
 * on the same clock in every run.
 */
public final class Screenshots {
  private static final Path ALL = Path.of("target", "screenshots");
  private static final Path IMAGES = Path.of("docs", "images");

  /** Shown in docs/pages.md. */
  private static final Set<String> SHOWN =
      Set.of(
          "hours-light-1280",
          "hours-dark-400",
          "exceptions-light-1280",
          "customer-light-1280",
          "meters-dark-1280",
          "served-light-1280");

  private static final Hour FIRST = Hour.parse("2026-11-10T06Z");
  private static final int SHADOW = 18;
  private static final int HOURS = 24 * 6;

  private Screenshots() {}

  public static void main(String[] arguments) throws IOException {
    Files.createDirectories(ALL);
    Files.createDirectories(IMAGES);
    try (Played played = Played.hours(FIRST, SHADOW, HOURS);
        Browser browser = Browser.start()) {
      String whose = URLEncoder.encode(ApplicationData.organizationId(3), StandardCharsets.UTF_8);
      String hour = played.now().minusHours(HOURS / 2L - 8).toString();
      for (String theme : List.of("light", "dark")) {
        for (int width : new int[] {1280, 400}) {
          for (String page : List.of("hours", "hour", "exceptions", "customer", "meters")) {
            browser
                .driver()
                .get(
                    "%s?a.page=%s&v.theme=%s&a.of=%s&a.hour=%s"
                        .formatted(played.address(), page, theme, whose, hour));
            shoot(browser, "%s-%s-%d".formatted(page, theme, width), width, ".sm");
          }
        }
      }
      played.demonstration().toggle(Demonstration.Trouble.STRIPE_DOWN);
      browser.driver().get(played.address() + "?a.page=hours");
      shoot(browser, "served-light-1280", 1280, "body");
    }
    System.exit(0);
  }

  private static void shoot(Browser browser, String name, int width, String selector) {
    browser.screenshot(
        (SHOWN.contains(name) ? IMAGES : ALL).resolve(name + ".png"), width, selector);
  }
}
