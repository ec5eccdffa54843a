# Daily SMI log returns in percent, 1991-1998 (R's own EuStockMarkets, without the holidays, on which the price is
# repeated), less the mean of all days before: residuals.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
price <- as.numeric(EuStockMarkets[, "SMI"])
price <- price[c(TRUE, diff(price) != 0)]
returns <- 100 * diff(log(price))
n <- length(returns)
before <- c(0, cumsum(returns)[-n] / seq_len(n - 1))
rows <- 251:n  # a year of days before the first prediction
write.csv(
  data.frame(day = rows, residual = signif(returns[rows] - before[rows], 6)),
  file.path(here, "smi_returns.csv"), row.names = FALSE, quote = FALSE
)

# Ozone in New York, 1973 (R's own airquality), predicted by leave-one-out least squares on sun, wind and heat.
air <- na.omit(airquality[, c("Ozone", "Solar.R", "Wind", "Temp")])
fit <- lm(Ozone ~ Solar.R + Wind + Temp, air)
loo <- air$Ozone - residuals(fit) / (1 - hatvalues(fit))
write.csv(
  data.frame(obs = air$Ozone, pred = signif(unname(loo), 6)),
  file.path(here, "ozone_ols.csv"), row.names = FALSE, quote = FALSE
)
