/** One video that a person ordered. */
export type Order = {
  readonly idempotencyKey: string;
  readonly input: { readonly prompt: string; readonly image_url: string };
  /** Once the service has accepted the order. */
  readonly requestId?: string;
};

const name = "fal-jobs-order";

/** Stores the order in the browser, so that a reload or a closed tab loses nothing. */
export function storeOrder(order: Order): void {
  localStorage.setItem(name, JSON.stringify(order));
}

/** The order that has not ended yet; undefined if there is none. */
export function storedOrder(): Order | undefined {
  const text = localStorage.getItem(name);
  return text === null ? undefined : JSON.parse(text);
}

/** Forgets the order, which has ended. */
export function forgetOrder(): void {
  localStorage.removeItem(name);
}
