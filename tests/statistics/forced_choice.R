# d' of m-alternative forced choice by R's own integral and root. Writes forced_choice.csv.
#
#   Rscript forced_choice.R > forced_choice.csv   (R 4.2.2; the integrand is that of psyphy 0.2-3)

d_prime <- function(pc, m) uniroot(function(d) integrate(function(x) dnorm(x - d) * pnorm(x)^(m - 1),
  -Inf, Inf, rel.tol = 1e-11)$value - pc, c(-8, 8), tol = 1e-11)$root
cat("m,share,d_prime\n")
for (m in c(2, 3, 4, 5, 8)) for (pc in c(.05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .99))
  cat(m, pc, formatC(d_prime(pc, m), digits = 10, format = "g"), sep = ",", fill = TRUE)
