# Variance components of a crossed reader study by REML (lme4), which for complete ratings are those
# of the analysis of variance. Run from this folder: Rscript generalizability.R
# Writes generalizability.csv (the ratings) and prints the components that the test holds.
suppressMessages(library(lme4))
set.seed(7)
arms <- 4; readers <- 6; images <- 10
d <- expand.grid(reader = 1:readers, image = 1:images, arm = 1:arms)
a <- rnorm(arms, 0, .9); r <- rnorm(readers, 0, .5)
i <- matrix(rnorm(arms * images, 0, .6), arms); ra <- matrix(rnorm(arms * readers, 0, .4), arms)
d$rating <- round(3 + a[d$arm] + r[d$reader] + i[cbind(d$arm, d$image)] +
                  ra[cbind(d$arm, d$reader)] + rnorm(nrow(d), 0, .8), 4)
d$case <- paste0("A", d$arm, "-", d$image)
f <- lmer(rating ~ 1 + (1 | arm) + (1 | case) + (1 | reader) + (1 | reader:arm), data = d)
print(as.data.frame(VarCorr(f))[, c("grp", "vcov")], digits = 10)
write.csv(d[, c("reader", "case", "arm", "rating")], "generalizability.csv", row.names = FALSE,
          quote = FALSE)
