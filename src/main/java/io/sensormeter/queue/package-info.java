/** The two message formats and the queues that carry them: copies of reports, outcomes of sends. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.queue;
