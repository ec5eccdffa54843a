# Writes checks.json: the values that tests/checks/test_reference.py holds the checks against.
#   Rscript tests/reference/checks.R > tests/reference/checks.json        (R 4.2; nortest, lmtest, tseries, robustbase)
# The samples are written with 17 digits, so that Python reads the same doubles.
suppressMessages({library(nortest); library(lmtest); library(tseries); library(robustbase)})

set.seed(20240601)
samples <- list(
  normal     = list(x = rnorm(60, 10, 2),            y = NULL),
  student    = list(x = runif(150, 0, 10),           y = rt(150, 3)),
  skewed     = list(x = rnorm(40),                   y = rexp(40) - 1),
  growing    = list(x = runif(300, 1, 10),           y = NULL),
  series     = list(x = rnorm(120),                  y = as.numeric(arima.sim(list(ar = 0.5), 120))),
  small      = list(x = rnorm(12),                   y = rnorm(12)),
  heavy      = list(x = rnorm(80),                   y = rcauchy(80))
)
samples$normal$y  <- rnorm(60)
samples$growing$y <- rnorm(300) * samples$growing$x / 3

number <- function(v) ifelse(is.finite(v), formatC(v, digits = 17, format = "g", width = -1), "null")
array  <- function(v) paste0("[", paste(number(v), collapse = ", "), "]")
pair   <- function(statistic, p) array(c(statistic, p))

# Gel and Gastwirth 2008; as rjb.test(option = "RJB") of lawstat, which Debian does not have
robust_jarque_bera <- function(y) {
  j <- sqrt(pi / 2) * mean(abs(y - median(y)))
  d <- y - mean(y)
  statistic <- length(y) / 6 * (mean(d^3) / j^3)^2 + length(y) / 64 * (mean(d^4) / j^4 - 3)^2
  c(statistic, 1 - pchisq(statistic, 2))
}
# Hosking 1990, eq. 2.3: unbiased, by the definition over order statistics
l_ratios <- function(y) {
  y <- sort(y); n <- length(y); i <- seq_len(n)
  b <- sapply(0:3, function(r) mean(y * choose(i - 1, r) / choose(n - 1, r)))
  l2 <- 2 * b[2] - b[1]
  c((6 * b[3] - 6 * b[2] + b[1]) / l2, (20 * b[4] - 30 * b[3] + 12 * b[2] - b[1]) / l2)
}
# Brys, Hubert and Struyf 2004, by the definition; robustbase::mc takes one of two middle pairs, not their mean
medcouple <- function(y) {
  d <- y - median(y); up <- d[d >= 0]; down <- d[d <= 0]
  pairs <- outer(up, down, function(a, b) ifelse(a == b, 0, (a + b) / (a - b)))
  value <- median(pairs)
  stopifnot(abs(value - mc(y, doReflect = FALSE, doScale = FALSE)) < 2 / length(y))
  value
}
hill <- function(y) {
  size <- sort(abs(y - median(y)), decreasing = TRUE); k <- ceiling(0.1 * length(y))
  1 / mean(log(size[1:k] / size[k + 1]))
}
rank_score <- function(y, x) {
  size <- abs(y - median(y))
  if (length(y) %% 2 == 0) { i <- order(size)[1:2]; size[i] <- max(size[i]) }   # equal but for rounding
  a <- qnorm((1 + rank(size) / (length(y) + 1)) / 2)^2
  held <- pmin(pmax(x, quantile(x, 0.005, type = 1)), quantile(x, 0.995, type = 1))
  line <- length(y) * summary(lm(a ~ held))$r.squared
  parabola <- length(y) * summary(lm(a ~ held + I(held^2)))$r.squared
  p <- pmin(pchisq(c(line, parabola), 1:2, lower.tail = FALSE) / c(0.7, 0.3), 1)   # shares of the level
  c(c(line, parabola)[which.min(p)], min(p))
}

one <- function(name) {
  x <- samples[[name]]$x; y <- samples[[name]]$y; n <- length(y)
  trend <- lm(y ~ x + I(x^2))
  detrended <- resid(trend)
  bp <- bptest(lm(detrended ~ 1), ~ x); white <- bptest(lm(detrended ~ 1), ~ x + I(x^2))
  dw <- dwtest(y ~ 1, alternative = "two.sided", exact = FALSE)
  lb <- Box.test(y, lag = min(10, n %/% 5), type = "Ljung-Box")
  jb <- jarque.bera.test(y)
  d <- y - mean(y)
  fields <- c(
    prediction = array(x), residual = array(y),
    shapiro_wilk = with(shapiro.test(y), pair(statistic, p.value)),
    shapiro_francia = with(sf.test(y), pair(statistic, p.value)),
    anderson_darling = with(ad.test(y), pair(statistic, p.value)),
    lilliefors = with(lillie.test(y), pair(statistic, p.value)),
    cramer_von_mises = with(suppressWarnings(cvm.test(y)), pair(statistic, p.value)),
    jarque_bera = pair(jb$statistic, jb$p.value),
    robust_jarque_bera = array(robust_jarque_bera(y)),
    breusch_pagan = pair(bp$statistic, bp$p.value),
    white = pair(white$statistic, white$p.value),
    scale_rank = array(rank_score(y, x)),
    durbin_watson = pair(dw$statistic, dw$p.value),
    ljung_box = pair(lb$statistic, lb$p.value),
    skewness = number(mean(d^3) / mean(d^2)^1.5),
    excess_kurtosis = number(mean(d^4) / mean(d^2)^2 - 3),
    l_skewness = number(l_ratios(y)[1]),
    l_kurtosis = number(l_ratios(y)[2]),
    medcouple = number(medcouple(y)),
    hill = number(hill(y)),
    calibration_slope = number(1 + unname(coef(lm(y ~ x))[2])),
    bias = number(mean(y) / sd(y))
  )
  paste0("  \"", name, "\": {\n", paste0("    \"", names(fields), "\": ", fields, collapse = ",\n"), "\n  }")
}
cat("{\n", paste(sapply(names(samples), one), collapse = ",\n"), "\n}\n", sep = "")
