/**
 * List prices of us-east-1 in US dollars, November 2026, as in docs/guide/costs.md. Each is per million, unless its name
 * says otherwise.
 */
export const prices = {
  tableWrites: 0.625,
  tableReads: 0.125,
  gatewayRequests: 3.5,
  lambdaRequests: 0.2,
  /** On ARM, per million GB-seconds. */
  lambdaGbSeconds: 13.3334,
  eventBusEvents: 1,
  bucketPuts: 5,
  /** Per GB that is written to CloudWatch Logs. */
  logGb: 0.5,
  stateTransitions: 25,
  durableOperations: 8,
} as const;
