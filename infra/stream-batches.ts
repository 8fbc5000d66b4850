/** How a function reads the table's stream. */
export const streamBatches = {
  batchSize: 10,
  /**
   * Number of batches of one shard that run at the same time, so that a batch of slow copies or callbacks does not delay
   * the rest.
   */
  parallelizationFactor: 10,
  retryAttempts: 1,
  /** The sweep handles a record that waited longer. */
  maxRecordAgeSeconds: 60,
} as const;
