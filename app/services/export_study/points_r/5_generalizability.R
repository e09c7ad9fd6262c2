# ---- Generalizability ----------------------------------------------------------------------------
# Rating = mean + arm + image within arm + reader + reader by arm + rest; variances by Henderson's
# method I (1953, doi:10.2307/3001853), dependability phi by Brennan 2001,
# doi:10.1007/978-1-4757-3456-0.

variance_parts <- function(y, arm, reader, image) {
  y <- y - mean(y)
  size <- length(y)
  levels <- list(arm = arm, image = image, reader = reader, cell = paste(reader, arm, sep = "\r"))
  # sum over the levels l of one factor of sum over those m of another of n_lm^2 / n_l.
  expected <- function(of, among) {
    n <- table(levels[[of]], levels[[among]])
    sum(rowSums(n^2) / rowSums(n))
  }
  total_of <- function(of) sum(tapply(y, levels[[of]], sum)^2 / table(levels[[of]]))
  columns <- c("arm", "image", "reader", "cell")
  left <- t(vapply(columns, function(of) {
    c(vapply(columns, function(among) expected(of, among), 0), length(unique(levels[[of]])))
  }, numeric(5)))
  left <- rbind(left, size)
  of_mean <- c(vapply(levels, function(one) sum(table(one)^2) / size, 0), 1)
  totals <- c(vapply(columns, total_of, 0), sum(y^2))
  solved <- tryCatch(solve(sweep(left, 2, of_mean), totals), error = function(e) rep(NA_real_, 5))
  setNames(as.vector(solved), c("arm", "image", "reader", "reader_by_arm", "rest"))
}
phi_of_arm <- function(part, readers, images, readings = readers * images) {
  if (part[["arm"]] <= 0) return(NA_real_)
  error <- (part[["reader"]] + part[["reader_by_arm"]]) / readers + part[["image"]] / images +
    part[["rest"]] / readings
  part[["arm"]] / (part[["arm"]] + error)
}
phi_of_image <- function(part, readers) {
  if (part[["image"]] <= 0) return(NA_real_)
  error <- (part[["reader"]] + part[["reader_by_arm"]] + part[["rest"]]) / readers
  part[["image"]] / (part[["image"]] + error)
}
# The least readings of an arm that reach a dependability of 0.8.
smallest_of_arm <- function(part) {
  room <- part[["arm"]] * (1 / 0.8 - 1)
  readers <- 1:100
  left <- room - (part[["reader"]] + part[["reader_by_arm"]]) / readers
  images <- pmax(1, ceiling((part[["image"]] + part[["rest"]] / readers) / left - 1e-9))
  enough <- which(left > 0 & images <= 1000)
  if (!length(enough)) return(c())
  best <- enough[order(readers[enough] * images[enough], readers[enough])[1]]
  c(readers = readers[best], images = images[best])
}
note_generalizability <- function(table, measure, way) {
  rows <- table$rows[table$rows$replicate == 0, ]
  y <- rows[[paste0(measure, "_")]]
  rows <- rows[is.finite(y), ]
  y <- y[is.finite(y)]
  image <- paste(rows$arm, rows$case, sep = "\r")
  counts <- c(n_arms = length(unique(rows$arm)), n_readers = length(unique(rows$reader)),
              n_images = length(unique(image)), n_ratings = length(y))
  note_all(way, counts)
  if (counts[1] < 2 || counts[2] < 2 || counts[4] <= counts[3]) return()
  part <- variance_parts(y, rows$arm, rows$reader, image)
  if (!all(is.finite(part))) return()
  # A part of 0, or what rounding has left of one.
  part[part <= 1e-12 * max(abs(part))] <- 0
  note_all(paste0(way, "/variances"), part)
  readings <- counts[[4]] / counts[[1]]
  note(paste0(way, "/of_arm"),
       phi_of_arm(part, counts[[2]], counts[[3]] / counts[[1]], readings))
  note(paste0(way, "/of_image"), phi_of_image(part, counts[[4]] / counts[[3]]))
  planned <- expand.grid(images = c(10, 20, 50, 100, 200), readers = c(1, 2, 3, 5, 8, 12, 20))
  for (at in seq_len(nrow(planned))) {
    one <- c(planned[at, ], phi = phi_of_arm(part, planned$readers[at], planned$images[at]))
    note_all(paste0(way, "/decision_study/", at - 1), one)
  }
  note_all(paste0(way, "/smallest_of_arm"), smallest_of_arm(part))
  enough <- which(vapply(1:100, function(n) phi_of_image(part, n), 0) >= 0.8 - 1e-12)
  note(paste0(way, "/smallest_of_image"), if (length(enough)) enough[1] else NA_real_)
}
