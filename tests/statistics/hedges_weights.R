# Weights by precision with Hedges' estimator of the variance between studies, from R's metafor.
# Run: Rscript tests/statistics/hedges_weights.R (metafor 3.8.1). The numbers stand in
# tests/statistics/test_precision.py.
suppressMessages(library(metafor))
d <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
r <- rma(yi, vi, data = d, method = "HE")
cat(sprintf("%.8f", d$yi), "\n")
cat(sprintf("%.8f", d$vi), "\n")
cat(sprintf("%.8f", c(r$tau2, r$b, r$se)), "\n")
