# Reads a CSV file as base R does by itself and writes what it found: of each column a line with its class, then its values.
file <- commandArgs(trailingOnly = TRUE)[1]
frame <- read.csv(file, check.names = FALSE, na.strings = "", encoding = "UTF-8")
for (name in names(frame)) {
  values <- frame[[name]]
  shown <- if (is.numeric(values)) sprintf("%.17g", as.numeric(values)) else as.character(values)
  shown[is.na(values)] <- ""
  shown <- gsub("\\", "\\\\", shown, fixed = TRUE)
  shown <- gsub("\n", "\\n", shown, fixed = TRUE)
  shown <- gsub("\t", "\\t", shown, fixed = TRUE)
  cat(class(values), shown, sep = "\t")
  cat("\n")
}
