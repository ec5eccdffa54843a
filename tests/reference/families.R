# Writes families.json: maximum likelihood fits of small data sets, made independently of losscheck.
#
#   Rscript tests/reference/families.R        (Debian: r-base-core, r-cran-mass; R 4.2 was used)
#
# Data are quantiles of a known distribution at irregular levels: deterministic, and stored with 17 digits. Every
# density is written by hand from its textbook form. optim works on (x - median)/mad from several starts,
# Nelder-Mead first, then BFGS with reltol 1e-14; Newton steps on numerical derivatives finish, as the optimum of a
# function is known to sqrt(eps) only. Parameters are mapped back to the data's units.
suppressMessages(library(MASS))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))

levels_of <- function(n, a) sort(((seq_len(n) * a) %% 1) * 0.998 + 0.001)
golden <- (sqrt(5) - 1) / 2
u150 <- levels_of(150, golden)
u80 <- levels_of(80, sqrt(2))
qgumbel <- function(p) -log(-log(p))
qmix <- function(p) sapply(p, function(q)
  uniroot(function(x) 0.9 * pnorm(x) + 0.1 * pnorm(x / 5) - q, c(-40, 40), tol = 1e-13)$root)
qcubic <- function(p) sign(p - 0.5) * (-log(1 - abs(2 * p - 1)))^0.9    # between Laplace and normal, on both sides
data <- list(
  t3 = 10 + 2 * qt(u150, 3),
  contaminated = -3 + 0.5 * qmix(u150),
  gumbel = 100 + 15 * qgumbel(u80),
  lognormal = exp(1 + 0.6 * qnorm(u80)),
  peaked = 0.01 * qcubic(u150),
  chem = as.numeric(MASS::chem)
)

lse <- function(a, b) pmax(a, b) + log1p(exp(-abs(a - b)))
huber_rho <- function(z, c) ifelse(abs(z) <= c, z^2 / 2, c * abs(z) - c^2 / 2)
identity1 <- function(v) v
# Each: log density of z, the starts of the shapes, and the map from the search scale to the shapes.
families <- list(
  normal = list(f = function(z, s) dnorm(z, log = TRUE), starts = list(numeric(0)), map = identity1),
  student_t = list(f = function(z, s) lgamma((s + 1) / 2) - lgamma(s / 2) - 0.5 * log(pi * s) -
                     (s + 1) / 2 * log1p(z^2 / s), starts = list(log(2), log(6)), map = exp, shapes = "nu"),
  logistic = list(f = function(z, s) -z - 2 * log1p(exp(-z)), starts = list(numeric(0)), map = identity1),
  generalized_normal = list(f = function(z, s) log(s) - log(2) - lgamma(1 / s) - abs(z)^s,
                            starts = list(log(1.3), log(2)), map = exp, shapes = "beta"),
  huber = list(f = function(z, s) -huber_rho(z, s) -
                 log(sqrt(2 * pi) * (2 * pnorm(s) - 1) + 2 * exp(-s^2 / 2) / s),
               starts = list(log(0.7), log(1.5)), map = exp, shapes = "c"),
  contaminated_normal = list(f = function(z, s) lse(log(1 - s[1]) + dnorm(z, log = TRUE),
                                                    log(s[1]) + dnorm(z, sd = s[2], log = TRUE)),
                             starts = list(log(c(0.1, 4)), log(c(0.02, 6)), log(c(0.2, 2.5))), map = exp,
                             shapes = c("eps", "k")),
  cauchy = list(f = function(z, s) -log(pi) - log1p(z^2), starts = list(numeric(0)), map = identity1),
  gumbel = list(f = function(z, s) -z - exp(-z), starts = list(numeric(0)), map = identity1),
  gumbel_left = list(f = function(z, s) z - exp(z), starts = list(numeric(0)), map = identity1),
  skew_normal = list(f = function(z, s) log(2) + dnorm(z, log = TRUE) + pnorm(s * z, log.p = TRUE),
                     starts = list(-3, 3), map = identity1, shapes = "alpha")
)

gradient <- function(f, x, h) sapply(seq_along(x), function(j) {
  e <- replace(numeric(length(x)), j, h)          # Richardson: error O(h^6)
  d <- sapply(c(1, 2, 4), function(k) (f(x + e * k) - f(x - e * k)) / (2 * h * k))
  r <- c(4 * d[1] - d[2], 4 * d[2] - d[3]) / 3
  (16 * r[1] - r[2]) / 15
})

polish <- function(f, x) {
  for (step in 1:8) {
    g <- gradient(f, x, 1e-3)
    h <- sapply(seq_along(x), function(j) {
      e <- replace(numeric(length(x)), j, 1e-4)
      (gradient(f, x + e, 1e-3) - gradient(f, x - e, 1e-3)) / 2e-4
    })
    x <- x - solve((h + t(h)) / 2, g)
  }
  x
}

# psi has a kink (huber) or a cusp (generalized normal) at rows: the derivatives above would step across them, so
# there simplex searches, restarted until they stop moving, are the last word.
restart <- function(f, x) {
  for (step in 1:60) {
    end <- optim(x, f, method = "Nelder-Mead", control = list(reltol = 1e-16, maxit = 5000))
    if (max(abs(end$par - x)) < 1e-11) break
    x <- end$par
  }
  x
}

fit <- function(family, name, x) {
  m <- median(x); s <- mad(x); z <- (x - m) / s
  nll <- function(p) {
    value <- -sum(family$f((z - p[1]) / exp(p[2]), family$map(p[-(1:2)]))) + length(z) * p[2]
    if (is.finite(value)) value else 1e10
  }
  best <- NULL
  for (start in family$starts) {
    end <- optim(c(0, 0, start), nll, method = "Nelder-Mead", control = list(maxit = 5000))
    end <- optim(end$par, nll, method = "BFGS", control = list(reltol = 1e-14, maxit = 1000))
    if (is.null(best) || end$value < best$value) best <- end
  }
  p <- if (name %in% c("huber", "generalized_normal")) restart(nll, best$par) else polish(nll, best$par)
  stopifnot(nll(p) <= best$value + 1e-9)
  shapes <- family$map(p[-(1:2)])
  parameters <- as.list(c(mu = m + s * p[1], sigma = s * exp(p[2])))
  for (k in seq_along(family$shapes)) parameters[[family$shapes[k]]] <- shapes[k]
  if (name == "huber") {
    parameters$delta <- parameters$c * parameters$sigma
    parameters$c <- NULL
  }
  list(parameters = parameters, loglik = -nll(p) - length(x) * log(s))
}

closed <- list(
  laplace = function(x) {
    m <- median(x); s <- mean(abs(x - m))
    list(parameters = list(mu = m, sigma = s), loglik = -length(x) * (log(2 * s) + 1))
  },
  uniform = function(x) {
    r <- range(x)
    list(parameters = list(mu = mean(r), sigma = diff(r) / 2), loglik = -length(x) * log(diff(r)))
  },
  asymmetric_laplace = function(x) {                  # over every row as mu; tau and sigma in closed form
    a <- sapply(x, function(m) mean(pmax(x - m, 0))); b <- sapply(x, function(m) mean(pmax(m - x, 0)))
    k <- which.min(sqrt(a) + sqrt(b)); tau <- sqrt(b[k]) / (sqrt(a[k]) + sqrt(b[k]))
    list(parameters = list(mu = x[k], sigma = sqrt(a[k] * b[k]), q = tau),
         loglik = -length(x) * (2 * log(sqrt(a[k]) + sqrt(b[k])) + 1))
  }
)

# Shapes that run to an end of losscheck's ranges have no interior optimum to compare.
wanted <- list(
  t3 = c("normal", "student_t", "logistic", "contaminated_normal", "huber", "generalized_normal", "cauchy", "gumbel"),
  contaminated = c("normal", "student_t", "contaminated_normal", "huber", "cauchy"),
  gumbel = c("normal", "gumbel", "gumbel_left", "skew_normal", "logistic"),
  lognormal = c("normal", "gumbel", "student_t"),
  peaked = c("generalized_normal", "student_t", "logistic", "huber"),
  chem = c("student_t", "cauchy", "contaminated_normal")
)

sets <- lapply(names(data), function(name) {
  x <- data[[name]]
  fits <- lapply(wanted[[name]], function(family) c(list(family = family), fit(families[[family]], family, x)))
  if (name != "chem") for (family in names(closed)) fits <- c(fits, list(c(list(family = family), closed[[family]](x))))
  if (name == "lognormal") {
    e <- MASS::fitdistr(x, "lognormal")             # closed form: mean and sd of log x
    fits <- c(fits, list(list(family = "lognormal", parameters = list(mu = e$estimate[["meanlog"]],
                              sigma = e$estimate[["sdlog"]]), loglik = e$loglik)))
  }
  list(name = name, values = x, fits = fits)
})

number <- function(v) paste0(sprintf("%.17g", v), collapse = ", ")
write_fit <- function(f) sprintf('      {"family": "%s", "loglik": %s, "parameters": {%s}}', f$family, number(f$loglik),
  paste0('"', names(f$parameters), '": ', sprintf("%.17g", unlist(f$parameters)), collapse = ", "))
write_set <- function(s) sprintf('  {"name": "%s",\n    "values": [%s],\n    "fits": [\n%s\n    ]}', s$name,
  number(s$values), paste0(sapply(s$fits, write_fit), collapse = ",\n"))
writeLines(paste0("[\n", paste0(sapply(sets, write_set), collapse = ",\n"), "\n]"), file.path(here, "families.json"))
