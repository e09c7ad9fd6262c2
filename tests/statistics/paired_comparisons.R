# Paired comparisons with ties as R fits them, and d' of m-alternative forced choice. Writes
# paired_comparisons.csv, a line a fit: the answers (arms of a set, then the arm chosen or "=" for a
# tie, times how often), log strengths of mean 0, log nu, their standard errors, log-likelihood.
#
#   Rscript paired_comparisons.R > paired_comparisons.csv   (R 4.2.2, BradleyTerry2 1.1-2-2)
#
# Davidson's model is fitted as the log-linear model it is (Fienberg and Larntz 1976): one Poisson
# count an answer, an effect a set, half of each arm's effect in a tie of two (1/m of m).

suppressMessages(library(BradleyTerry2))
set.seed(20261127, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

as_text <- function(x) paste(formatC(x, digits = 12, format = "g"), collapse = " ")

# sets: a list of arms; counts: a list of counts, one an arm of the set, last those of ties.
fit <- function(name, sets, counts, arms) {
  with_ties <- any(sapply(counts, function(n) n[length(n)]) > 0)
  rows <- do.call(rbind, lapply(seq_along(sets), function(k) {
    set <- sets[[k]]; m <- length(set)
    x <- matrix(0, m + with_ties, length(arms) + 1, dimnames = list(NULL, c(arms, "tie")))
    for (i in seq_len(m)) x[i, set[i]] <- 1
    if (with_ties) { for (a in set) x[m + 1, a] <- x[m + 1, a] + 1 / m; x[m + 1, "tie"] <- 1 }
    data.frame(set = k, y = counts[[k]][seq_len(m + with_ties)], x, check.names = FALSE)
  }))
  x <- as.matrix(rows[, c(arms[-1], if (with_ties) "tie"), drop = FALSE])
  g <- glm(rows$y ~ factor(rows$set) + x, family = poisson,
    control = glm.control(epsilon = 1e-14, maxit = 100))
  b <- tail(coef(g), ncol(x)); v <- tail(t(tail(vcov(g), ncol(x))), ncol(x))
  n <- length(arms); to <- matrix(0, n, ncol(x)); to[cbind(2:n, seq_len(n - 1))] <- 1
  to[, seq_len(n - 1)] <- to[, seq_len(n - 1)] - 1 / n
  lambda <- to %*% b; se <- sqrt(diag(to %*% v %*% t(to)))
  of_set <- ave(fitted(g), rows$set, FUN = sum)
  loglik <- sum(ifelse(rows$y > 0, rows$y * log(fitted(g) / of_set), 0))
  said <- sapply(seq_along(sets), function(k) paste0(paste(match(sets[[k]], arms) - 1,
    collapse = " "), ":", paste(counts[[k]], collapse = " ")))
  cat(name, paste(said, collapse = "|"), as_text(lambda), if (with_ties) as_text(b[n]) else "",
    as_text(se), as_text(loglik), sep = ","); cat("\n")
}

cat("name,answers,strengths,log_tie,se,log_likelihood\n")

# Six schools of management compared by 303 students, undecided answers kept as ties (Dittrich,
# Hatzinger and Katzenbeisser 1998, J R Stat Soc C 47:511-525).
data(CEMS)
p <- CEMS$preferences
p <- p[!is.na(p$win1), ]
pairs <- unique(p[, c("school1", "school2")])
schools <- levels(p$school1)
sets <- lapply(seq_len(nrow(pairs)), function(k) as.character(unlist(pairs[k, ])))
counts <- lapply(sets, function(s) {
  q <- p[p$school1 == s[1] & p$school2 == s[2], ]
  c(sum(q$win1 > q$win2), sum(q$win1 < q$win2), sum(q$win1 == q$win2))
})
fit("CEMS", sets, counts, schools)

# Baseball, without ties (Agresti 2002, p. 438).
data(baseball)
b <- baseball
teams <- levels(b$home.team)
sets <- combn(teams, 2, simplify = FALSE)
counts <- lapply(sets, function(s) {
  h <- b[b$home.team == s[1] & b$away.team == s[2], ]; a <- b[b$home.team == s[2] & b$away.team == s[1], ]
  c(sum(h$home.wins) + sum(a$away.wins), sum(h$away.wins) + sum(a$home.wins), 0)
})
fit("baseball", sets, counts, teams)

# Random studies of pairs, threes and fours.
for (k in 1:8) {
  n <- sample(3:6, 1); m <- if (k %% 2) 2 else sample(3:4, 1); m <- min(m, n)
  arms <- letters[seq_len(n)]; lambda <- rnorm(n, sd = 0.7); nu <- c(0, 0.5, 1)[k %% 3 + 1]
  sets <- combn(arms, m, simplify = FALSE)
  counts <- lapply(sets, function(s) {
    w <- exp(lambda[match(s, arms)]); tie <- nu * prod(w)^(1 / m)
    as.vector(rmultinom(1, sample(15:40, 1), c(w, tie)))
  })
  fit(paste0("random", k), sets, counts, arms)
}
