// What things cost today.
import type { Item } from "./cart";

enum Season {
  Summer = "summer",
  Winter = "winter",
}

const season: Season = new Date().getMonth() < 6 ? Season.Summer : Season.Winter;

export const priceOf = (item: Item): number => {
  const price = discounted(item); // frame: priceOf
  return season === Season.Winter ? price : Math.ceil(price);
};

function discounted({ name, price }: Item): number {
  if (price < 0) {
    throw new RangeError(`no price for ${name}`); // frame: discounted
  }
  return price * 0.9;
}
