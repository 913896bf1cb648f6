// A shop whose checkout fails. Comments `frame: NAME` mark the lines that the stack trace must lead to.
import * as Sentry from "sentry-browser-current";
import { Cart } from "./cart";

declare global {
  interface Window {
    shop: { dsn: string; release?: string; dist?: string };
  }
}

Sentry.init({ ...window.shop, environment: "staging" });

async function start(): Promise<void> {
  const cart = new Cart();
  cart.add({ name: "lamp", price: 40 });
  cart.add({ name: "book", price: -1 });
  // A chunk of its own, so that the stack trace leads through two scripts.
  const { checkout } = await import("./checkout");
  try {
    await checkout(cart); // frame: start
  } catch (error) {
    Sentry.captureException(error);
  }
}

document.querySelector("button")?.addEventListener("click", () => void start());
