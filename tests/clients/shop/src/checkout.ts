// Turns a cart into an order.
import type { Cart } from "./cart";
import { priceOf } from "./pricing";

interface Order {
  total: number;
}

export async function checkout(cart: Cart): Promise<Order> {
  if (cart.isEmpty) {
    return { total: 0 };
  }
  await reserved();
  const total = cart.total(priceOf); // frame: checkout
  return { total };
}

function reserved(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
