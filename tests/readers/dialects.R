# Reads each CSV file of a folder as readr does by itself. Of each column a line: file, "number" or "text", values.
suppressPackageStartupMessages(library(readr))
folder <- commandArgs(trailingOnly = TRUE)[1]
for (file in list.files(folder, full.names = TRUE)) {
  first <- tryCatch(guess_encoding(file, n_max = 1000)$encoding[1], error = function(e) "UTF-8")
  if (is.null(first) || is.na(first)) first <- "UTF-8"
  frame <- tryCatch(
    suppressWarnings(read_delim(file, show_col_types = FALSE, progress = FALSE, trim_ws = TRUE, locale = locale(encoding = first))),
    error = function(e) NULL
  )
  if (is.null(frame)) next
  for (values in frame) {
    kind <- if (is.numeric(values)) "number" else "text"
    shown <- if (is.numeric(values)) sprintf("%.17g", as.numeric(values)) else enc2utf8(format(values))
    if (is.character(values)) shown <- enc2utf8(values)
    shown[is.na(values)] <- ""
    shown <- gsub("\\", "\\\\", shown, fixed = TRUE)
    shown <- gsub("\n", "\\n", shown, fixed = TRUE)
    shown <- gsub("\t", "\\t", shown, fixed = TRUE)
    cat(basename(file), kind, shown, sep = "\t")
    cat("\n")
  }
}
