// The scenario of tests/clients/README.md, sent by raven-js 3. It knows no causes of errors.
import Raven from "raven-js";

function pay() {
  throw new TypeError("cannot pay");
}

Raven.config(window.DSN, { release: "shop@1.2.3", environment: "staging" }).install();
Raven.setTagsContext({ plan: "pro" });
Raven.setUserContext({ id: "42", email: "lin@example.com" });
Raven.captureBreadcrumb({ category: "ui", message: "opened the cart", level: "info" });
try {
  pay();
} catch (error) {
  Raven.captureException(error);
}
Raven.captureMessage("the cart is empty", { level: "warning", fingerprint: ["checkout", "empty"] });
