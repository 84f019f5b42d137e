package io.sensormeter.stripe;

/** Asked before each request after the first of a read: a list may have several pages. */
public interface Turn {

  /** Waits until the request may be made; false if it must not be made any more. */
  boolean take();
}
