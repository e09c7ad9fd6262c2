# ---- All of it -----------------------------------------------------------------------------------

ratings <- read.csv("ratings.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                    colClasses = c(reader = "character", case = "character", arm = "character"))
people_of <- function(rows) {
  rows <- rows[rows$superseded == 0, ]
  if ("reader_kind" %in% names(rows)) rows <- rows[rows$reader_kind != "machine", ]
  rows
}
is_phase_end <- function(rows) {
  if ("asked_at" %in% names(rows)) rows$asked_at %in% "phase_end" else rep(FALSE, nrow(rows))
}
main <- function() {
  people <- people_of(ratings)
  note_questions(people[!is_phase_end(people), ])
  note_choices(people)
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
