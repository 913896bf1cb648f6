// The scenario of tests/clients/README.md, sent by @sentry/browser 6.2.5.
import * as Sentry from "sentry-browser-6";

function pay() {
  const error = new TypeError("cannot pay");
  error.cause = new RangeError("no stock");
  throw error;
}

Sentry.init({ dsn: window.DSN, release: "shop@1.2.3", environment: "staging" });
Sentry.setTag("plan", "pro");
Sentry.setUser({ id: "42", email: "lin@example.com" });
Sentry.addBreadcrumb({ category: "ui", message: "opened the cart", level: "info" });
try {
  pay();
} catch (error) {
  Sentry.captureException(error);
}
Sentry.withScope((scope) => {
  scope.setFingerprint(["checkout", "empty"]);
  Sentry.captureMessage("the cart is empty", "warning");
});
