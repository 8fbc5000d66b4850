/** Observed values. */
export interface Sample {
  add(value: number): void;
  count(): number;
  /** 0 without values, as below. */
  mean(): number;
  /** `share` from 0 to 1: 0.99 is the 99th percentile. */
  percentile(share: number): number;
  max(): number;
}

/** Creates an empty sample. */
export function openSample(): Sample {
  const values: number[] = [];
  let sum = 0;
  let sorted: Float64Array | undefined;
  const inOrder = () => {
    sorted ??= Float64Array.from(values).sort();
    return sorted;
  };
  return {
    add(value) {
      values.push(value);
      sum += value;
      sorted = undefined;
    },
    count: () => values.length,
    mean: () => (values.length === 0 ? 0 : sum / values.length),
    percentile: (share) => inOrder()[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0,
    max: () => inOrder().at(-1) ?? 0,
  };
}
