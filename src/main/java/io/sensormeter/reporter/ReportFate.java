package io.sensormeter.reporter;

/** A report of the batch and what became of it. */
record ReportFate(ReportCopies report, Fate fate) {}
