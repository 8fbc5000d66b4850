/** Being written. */
export const handler = async () => ({ batchItemFailures: [] });
