// The scenario of tests/clients/README.md, sent by the current @sentry/node.
import * as Sentry from "sentry-node-current";

function pay() {
  throw new TypeError("cannot pay", { cause: new RangeError("no stock") });
}

Sentry.init({ dsn: process.argv[2], release: "shop@1.2.3", environment: "staging", tracesSampleRate: 0 });
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
if (!(await Sentry.flush(10_000))) throw new Error("not everything was sent");
