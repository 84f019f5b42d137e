package io.sensormeter.stripe;

import com.stripe.model.HasId;
import com.stripe.model.StripeCollection;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.StripeCalls.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list of Stripe's.
 *
 * @param lastId where the next page goes on
 * @param hasMore whether there is a next page
 */
record Page<T>(List<T> rows, String lastId, boolean hasMore) {

  /** The most that Stripe gives at once. */
  static final long LIMIT = 100;

  /** No list that we ask for is that long; one that never ends is no answer. */
  static final int PAGES_MAX = 50;

  /** The call for the page that begins after an object; the first page after null. */
  interface Next<T> {
    StripeCalls.Call<Page<T>> after(@Nullable String id);
  }

  /**
   * Reads what Stripe gave.
   *
   * @param row of an object; null leaves it out
   * @throws UnreadableAnswer if this is no page, or of {@code row}
   */
  static <O extends HasId, T> Page<T> of(StripeCollection<O> list, Function<O, @Nullable T> row) {
    List<O> objects = UnreadableAnswer.present("data", list.getData());
    List<T> rows = new ArrayList<>();
    String lastId = "";
    for (O each : objects) {
      O object = UnreadableAnswer.present("data[]", each);
      lastId = UnreadableAnswer.present("id", object.getId());
      T read = row.apply(object);
      if (read != null) {
        rows.add(read);
      }
    }
    boolean hasMore = Boolean.TRUE.equals(list.getHasMore());
    if (hasMore && objects.isEmpty()) {
      throw new UnreadableAnswer("an empty page says that there are more");
    }
    return new Page<>(rows, lastId, hasMore);
  }

  /** The rows of all pages. */
  static <T> Result<List<T>> all(StripeCalls calls, Next<T> next, Turn turn) {
    List<T> rows = new ArrayList<>();
    String last = null;
    for (int pages = 0; pages < PAGES_MAX; pages++) {
      if (pages > 0 && !turn.take()) {
        return new StripeCalls.Hindered<>(
            new NoAnswer("no time was left for the next page", false, 0));
      }
      switch (calls.make(next.after(last))) {
        case StripeCalls.Answered<Page<T>>(Page<T> page) -> {
          rows.addAll(page.rows());
          if (!page.hasMore()) {
            return new StripeCalls.Answered<>(rows);
          }
          last = page.lastId();
        }
        case StripeCalls.Refused<Page<T>>(var error) -> {
          return new StripeCalls.Refused<>(error);
        }
        case StripeCalls.Hindered<Page<T>>(var why) -> {
          return new StripeCalls.Hindered<>(why);
        }
      }
    }
    return new StripeCalls.Hindered<>(
        new NoAnswer("a list of more than " + PAGES_MAX + " pages", false, 0));
  }
}
