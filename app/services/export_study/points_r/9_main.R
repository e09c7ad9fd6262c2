# ---- All of it -----------------------------------------------------------------------------------

ratings <- read.csv("ratings.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                    colClasses = "character")

note_main_analysis <- function(rows) {
  if (nrow(rows) == 0) return()
  table <- without_idle_readers(table_of(with_measures(rows)))
  aucs <- aucs_of_table(table)
  for (arm in table$arms) {
    note_arm(table, arm, conclusion_key(table), aucs)
    note_agreement_of_arm(table, arm)
  }
  note_conclusions(table, aucs)
  note_readers(table, aucs)
  note_groups(table)
  note_contrasts(table, aucs)
  note_subgroups(table)
  note_machines(table)
  for (measure in c("realism", "judged_real")) {
    if (has(table, measure)) {
      note_generalizability(table, measure, paste0("generalizability/", measure))
    }
  }
}
main <- function() {
  rows <- ratings[ratings$superseded == 0, ]
  is_machine <- if ("reader_kind" %in% names(rows)) rows$reader_kind == "machine" else FALSE
  is_end <- if ("asked_at" %in% names(rows)) rows$asked_at %in% "phase_end" else FALSE
  note_main_analysis(what_counts(ratings))
  note_choices(rows[!is_machine, ])
  note_questions(rows[!is_machine & !is_end, ], rows[is_machine & !is_end, ])
  compare()
}
main()
