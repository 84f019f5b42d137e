package io.sensormeter.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The machine's own Chromium without a window: nothing is downloaded. Not thread-safe. */
final class Browser implements AutoCloseable {

  /** Where Debian and Ubuntu put it, and what it is driven by. */
  private static final List<Path> CHROMIUM =
      List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));

  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  /** A key that submits a form does not wait for the page it leads to. */
  private static final Duration PAGE_COMES = Duration.ofSeconds(10);

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  static boolean isInstalled() {
    return CHROMIUM.stream().anyMatch(Files::isExecutable) && Files.isExecutable(DRIVER);
  }

  static Browser start() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(
        CHROMIUM.stream().filter(Files::isExecutable).findFirst().orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--lang=en",
        "--force-device-scale-factor=1",
        "--disable-dev-shm-usage",
        "--no-proxy-server");
    LoggingPreferences log = new LoggingPreferences();
    log.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", log);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(DRIVER.toFile())
            .usingAnyFreePort()
            .build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().implicitlyWait(PAGE_COMES);
    return new Browser(driver);
  }

  ChromeDriver driver() {
    return driver;
  }

  /** The width of the page itself: a window cannot be made as narrow as a telephone. */
  void width(int pixels, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  @Nullable Object script(String text) {
    return ((JavascriptExecutor) driver).executeScript(text);
  }

  int number(String text) {
    return ((Number) Objects.requireNonNull(script(text), text)).intValue();
  }

  /** What its console has said since the last time, but for what is only told. */
  List<String> complaints() {
    try (Stream<LogEntry> entries = driver.manage().logs().get(LogType.BROWSER).getAll().stream()) {
      return entries
          .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
          .map(LogEntry::getMessage)
          .toList();
    }
  }

  /** An element of the page, whole. */
  void screenshot(Path file, int width, String selector) {
    width(width, 600);
    width(width, number("return document.documentElement.scrollHeight"));
    try {
      Files.write(
          file, driver.findElement(By.cssSelector(selector)).getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
