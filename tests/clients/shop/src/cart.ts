// What somebody wants to buy.

export interface Item {
  readonly name: string;
  readonly price: number;
}

export class Cart {
  readonly #items: Item[] = [];

  add(item: Item): void {
    this.#items.push(item);
  }

  total(priceOf: (item: Item) => number): number {
    let total = 0;
    this.#items.forEach((item) => { // frame: Cart.total
      total += priceOf(item); // frame: callback
    });
    return total;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }
}
