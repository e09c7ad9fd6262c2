# ---- All of it -----------------------------------------------------------------------------------

ratings <- read.csv("ratings.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                    colClasses = c(reader = "character", case = "character", arm = "character"))
main <- function() {
  rows <- what_counts(ratings)
  if (nrow(rows) > 0) {
    table <- without_idle_readers(table_of(with_measures(rows)))
    aucs <- aucs_of_table(table)
    for (arm in table$arms) note_arm(table, arm, conclusion_key(table), aucs)
    for (arm in table$arms) note_agreement_of_arm(table, arm)
    for (measure in c("realism", "judged_real")) if (has(table, measure)) {
      note_generalizability(table, measure, paste0("generalizability/", measure))
    }
    note_conclusions(table, aucs)
    note_readers(table, aucs)
    note_groups(table)
    note_contrasts(table, aucs)
  }
  compare()
}
main()
