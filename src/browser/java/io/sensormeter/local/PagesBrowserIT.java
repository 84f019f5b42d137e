package io.sensormeter.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Demonstration.Trouble;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.meter.Hour;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The pages in a real browser, behind a stand-in for the console. */
@EnabledIf(value = "isInstalled", disabledReason = "skipped: no Chromium")
final class PagesBrowserIT {
  private static Played played;
  private static Browser browser;

  static boolean isInstalled() {
    return Browser.isInstalled();
  }

  @BeforeAll
  static void start() {
    played = Played.hours(Hour.parse("2026-11-20T20Z"), 2, 12);
    browser = Browser.start();
  }

  @AfterAll
  static void stop() {
    browser.close();
    played.close();
  }

  @BeforeEach
  void wide() {
    browser.width(1280, 900);
    browser.complaints();
  }

  @AfterEach
  void consoleIsEmpty() {
    assertThat(browser.complaints()).as("the browser's console").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "hours, Was every hour billed?",
    "hour, 2026-11-21",
    "exceptions, What waits for a person",
    "customer, What was a customer billed?",
    "meters, Are the meters in Stripe as declared?"
  })
  void everyPageIsShownWithoutOverflowWideAndNarrowLightAndDark(String page, String title) {
    for (String theme : List.of("light", "dark")) {
      for (int width : new int[] {1280, 400}) {
        browser.width(width, 900);
        open("a.page", page, "v.theme", theme, "a.of", ApplicationData.customerId(3));

        assertThat(find("h2").getText()).contains(title);
        assertThat(browser.script("return document.documentElement.scrollWidth"))
            .as("%s at %d px, %s", page, width, theme)
            .isEqualTo((long) width);
      }
    }
  }

  @Test
  void searchFindsAnOrganizationAndACustomer() {
    open("a.page", "customer");
    for (String whose : List.of(ApplicationData.organizationId(3), ApplicationData.customerId(3))) {
      find(".sm input[name=search]").clear();
      find(".sm input[name=search]").sendKeys(whose, Keys.ENTER);

      assertThat(arrived("//h3[contains(., '" + whose + "')]")).contains("November 2026");
      assertThat(find(".sm input[name=search]").getAttribute("value")).isEqualTo(whose);
      assertThat(find(".sm-total").getText()).matches("[1-9][0-9,]*");
    }
  }

  @Test
  void keyboardAloneLeadsFromTheHoursToAnException() {
    open("a.page", "hours", "v.live", "off");
    for (int i = 0; i < 200 && !label(active()).contains("exception"); i++) {
      active().sendKeys(Keys.TAB);
    }
    assertThat(label(active())).contains(", exception, ");
    assertThat(browser.script("return getComputedStyle(document.activeElement).outlineStyle"))
        .as("focus is seen")
        .isEqualTo("solid");
    active().sendKeys(Keys.ENTER);

    assertThat(arrived("//h2[starts-with(., '2026-11-')]")).endsWith(" UTC");
    assertThat(find(".sm-verdict").getText()).contains("exception");
    assertThat(browser.driver().findElements(By.cssSelector("table th[scope]"))).isNotEmpty();
  }

  @Test
  void themeIsTheDashboards() {
    open("a.page", "hours", "v.theme", "light");
    String light = (String) browser.script(BACKGROUND);
    open("a.page", "hours", "v.theme", "dark");

    assertThat(light).isEqualTo("rgb(255, 255, 255)");
    assertThat(browser.script(BACKGROUND)).isEqualTo("rgb(20, 24, 31)");
  }

  private static final String BACKGROUND =
      "return getComputedStyle(document.querySelector('.sm')).backgroundColor";

  @Test
  void hostileNamesDoNothing() {
    played.nameHostilely();
    for (String name : List.of(Played.SCRIPT, Played.ACTION)) {
      open("a.page", "customer", "a.of", name);

      assertThat(find(".sm input[name=search]").getAttribute("value")).isEqualTo(name);
      assertThat(find("h3").getText()).contains(name);
      assertThat(find("textarea").getAttribute("value")).contains("active_sensors");
      assertThat(browser.driver().getTitle()).startsWith("sensor-meter");
      assertThat(browser.script("return document.querySelectorAll('script, [endpoint]').length"))
          .isEqualTo(0L);
    }
  }

  @Test
  void buttonsLetAnHourPassAndBreakThings() {
    Hour before = played.now();
    // Not refreshed while it is looked at.
    open("a.page", "customer");
    press("Customers are refused");
    assertThat(find("button[value=CUSTOMERS_REFUSED]").getAttribute("aria-pressed"))
        .isEqualTo("true");
    press("Let an hour pass");
    played.demonstration().await();
    open("a.page", "customer");
    press("Customers are refused");
    assertThat(find("button[value=CUSTOMERS_REFUSED]").getAttribute("aria-pressed"))
        .isEqualTo("false");

    assertThat(played.now()).isEqualTo(before.plusHours(1));
    assertThat(played.demonstration().has(Trouble.CUSTOMERS_REFUSED)).isFalse();
    open("a.page", "hours");
    assertThat(find("[aria-label^='" + label(played.now()) + "']").getText()).isEqualTo("!");
  }

  private static String label(Hour hour) {
    return hour.start().toString().replace('T', ' ').substring(0, 16);
  }

  private static void press(String label) {
    browser.driver().findElement(By.xpath("//header//button[text()='" + label + "']")).click();
  }

  private static void open(String... fields) {
    Map<String, String> query = new TreeMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      query.put(fields[i], fields[i + 1]);
    }
    StringBuilder address = new StringBuilder(played.address().toString());
    query.forEach(
        (name, value) ->
            address
                .append(address.indexOf("?") < 0 ? "?" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    browser.driver().get(address.toString());
  }

  /** What is found there once the page that was asked for has come: the driver waits for it. */
  private static String arrived(String path) {
    return browser.driver().findElement(By.xpath(path)).getText();
  }

  private static WebElement find(String selector) {
    return browser.driver().findElement(By.cssSelector(selector));
  }

  private static WebElement active() {
    return browser.driver().switchTo().activeElement();
  }

  private static String label(WebElement element) {
    return String.valueOf(element.getAttribute("aria-label"));
  }
}
