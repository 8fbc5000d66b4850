/**
 * Takes turns: every round measures each subject once, in another order each time, so that a change of the machine's
 * pace spreads over all of them. The first rounds warm up and are not counted.
 */
export async function takeTurns<S, T>(
  subjects: readonly S[],
  options: { readonly rounds: number; readonly warmUp: number },
  measure: (subject: S) => Promise<T>,
): Promise<ReadonlyMap<S, readonly T[]>> {
  const samples = new Map<S, T[]>(subjects.map((subject) => [subject, []]));
  for (let round = -options.warmUp; round < options.rounds; round++) {
    const first = Math.abs(round) % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      const sample = await measure(subject);
      if (round >= 0) samples.get(subject)?.push(sample);
    }
  }
  return samples;
}
