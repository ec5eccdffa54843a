# Writes responses.json: densities of targets given their means, and fits with an offset, made by R.
#
#   Rscript tests/reference/responses.R
#   (Debian: r-base-core, r-cran-mass, r-cran-statmod, r-cran-survival, r-cran-jsonlite; R 4.2 was used)
#
# Fits have one free location: an intercept beside offset(log f), or beside offset(f) for the censored normal.
# Targets are quantiles of a known distribution at irregular levels: deterministic, and stored with 17 digits.
suppressMessages({library(MASS); library(statmod); library(survival); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))

n <- 200
u <- ((seq_len(n) * (sqrt(5) - 1) / 2) %% 1) * 0.998 + 0.001
f <- 6 * 10^(((seq_len(n) * sqrt(2)) %% 1) - 0.5)
data <- list(
  poisson = qpois(u, f),
  negative_binomial = qnbinom(u, size = 2, mu = f),
  gamma = qgamma(u, shape = 3, rate = 3 / f),
  inverse_gaussian = qinvgauss(u, mean = f, dispersion = 0.1),
  weibull = qweibull(u, shape = 1.7, scale = f / gamma(1 + 1 / 1.7)),
  tobit = pmax(qnorm(u, f - 6, 3), 0)
)
tight <- glm.control(epsilon = 1e-15, maxit = 200)
o <- log(f)

g <- glm(data$poisson ~ 1 + offset(o), family = poisson, control = tight)
fits <- list(poisson = list(log_factor = coef(g)[[1]], se = sqrt(vcov(g)[1, 1]), loglik = as.numeric(logLik(g))))

g <- glm.nb(data$negative_binomial ~ 1 + offset(o), control = glm.control(epsilon = 1e-14, maxit = 500))
fits$negative_binomial <- list(log_factor = coef(g)[[1]], se = sqrt(vcov(g)[1, 1]), alpha = 1 / g$theta,
                               alpha_se = g$SE.theta / g$theta^2, loglik = as.numeric(logLik(g)))

g <- glm(data$gamma ~ 1 + offset(o), family = Gamma("log"), control = tight)
s <- gamma.shape(g, it.lim = 200, eps.max = 1e-14)
m <- fitted(g)
fits$gamma <- list(log_factor = coef(g)[[1]], phi = 1 / s$alpha, phi_se = s$SE / s$alpha^2,
                   loglik = sum(dgamma(data$gamma, shape = s$alpha, rate = s$alpha / m, log = TRUE)))

g <- glm(data$inverse_gaussian ~ 1 + offset(o), family = inverse.gaussian("log"), control = tight,
         mustart = f)
m <- fitted(g)
phi <- mean((data$inverse_gaussian - m)^2 / (m^2 * data$inverse_gaussian))    # maximum likelihood, in closed form
fits$inverse_gaussian <- list(log_factor = coef(g)[[1]], phi = phi,
  loglik = sum(dinvgauss(data$inverse_gaussian, mean = m, dispersion = phi, log = TRUE)))

g <- survreg(Surv(data$weibull) ~ 1 + offset(o), dist = "weibull", control = survreg.control(rel.tolerance = 1e-14))
fits$weibull <- list(k = 1 / g$scale, log_factor = coef(g)[[1]] + lgamma(1 + g$scale), loglik = g$loglik[[2]])

g <- survreg(Surv(data$tobit, data$tobit > 0, type = "left") ~ 1 + offset(f), dist = "gaussian",
             control = survreg.control(rel.tolerance = 1e-14))
fits$tobit <- list(shift = coef(g)[[1]], shift_se = sqrt(vcov(g)[1, 1]), sigma = g$scale, loglik = g$loglik[[2]])

# Log-densities at fixed parameters: a target, a mean, shapes.
tweedie <- function(y, mu, phi, p) {          # the compound Poisson-gamma sum itself, not the exponential family
  lambda <- mu^(2 - p) / (phi * (2 - p)); a <- (2 - p) / (p - 1); scale <- phi * (p - 1) * mu^(p - 1)
  k <- 1:3000
  if (y == 0) -lambda else {
    terms <- dpois(k, lambda, log = TRUE) + dgamma(y, shape = k * a, scale = scale, log = TRUE)
    max(terms) + log(sum(exp(terms - max(terms))))
  }
}
rows <- list()
add <- function(family, y, mean, shapes, value)
  rows[[length(rows) + 1]] <<- list(family = family, y = y, mean = mean, shapes = shapes, log_density = value)
for (m in c(0.3, 4, 55)) {
  for (y in c(0, 1, 7, 80)) {
    add("poisson", y, m, list(), dpois(y, m, log = TRUE))
    for (a in c(0.01, 0.7, 5)) add("negative_binomial", y, m, list(a), dnbinom(y, size = 1 / a, mu = m, log = TRUE))
    for (d in c(0.1, 3)) add("negative_binomial_1", y, m, list(d), dnbinom(y, size = m / d, mu = m, log = TRUE))
    for (q in c(0.05, 0.6)) add("zero_inflated_poisson", y, m, list(q),
      log(q * (y == 0) + (1 - q) * dpois(y, m / (1 - q))))
  }
  for (y in c(0.01, 1.3, 20, 200)) {
    for (phi in c(0.05, 1, 4)) {
      add("gamma", y, m, list(phi), dgamma(y, shape = 1 / phi, rate = 1 / (phi * m), log = TRUE))
      add("inverse_gaussian", y, m, list(phi), dinvgauss(y, mean = m, dispersion = phi, log = TRUE))
    }
    for (k in c(0.6, 2)) add("weibull", y, m, list(k), dweibull(y, shape = k, scale = m / gamma(1 + 1 / k), log = TRUE))
  }
  for (y in c(0, 0.02, 1.3, 20, 150)) for (p in c(1.15, 1.5, 1.9)) for (phi in c(0.5, 6))
    add("tweedie", y, m, list(phi, p), tweedie(y, m, phi, p))
}
for (m in c(0.4, 5, 9.5)) for (y in c(0, 4, 10)) add("binomial", y, m, list(10), dbinom(y, 10, m / 10, log = TRUE))
for (m in c(0.05, 0.5, 0.9)) for (y in c(0.001, 0.4, 0.97)) for (phi in c(0.8, 12, 300))
  add("beta", y, m, list(phi), dbeta(y, m * phi, (1 - m) * phi, log = TRUE))

# Not a number and minus infinity are no JSON; densities that underflow on the way are left out.
rows <- Filter(function(row) is.finite(row$log_density), rows)
write_json(list(prediction = f, data = data, fits = fits, densities = rows), file.path(here, "responses.json"),
           digits = I(17), auto_unbox = TRUE, pretty = FALSE)
