/** First in, first out. Unlike an array's `shift`, taking from a long queue is fast. */
export interface Queue<T> {
  add(item: T): void;
  /** Undefined if it is empty. */
  take(): T | undefined;
  size(): number;
}

/** Creates an empty queue. */
export function openQueue<T>(): Queue<T> {
  let items: T[] = [];
  let head = 0;
  return {
    add: (item) => void items.push(item),
    take() {
      const item = items[head];
      if (head < items.length) head++;
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    size: () => items.length - head,
  };
}
