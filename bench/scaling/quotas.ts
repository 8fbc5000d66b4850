/** Quotas of AWS in us-east-1, for an account and region, as its documentation lists them (November 2026). */
export const quotas = {
  /** Units per second of one partition, and so of all items with one partition key whose sort keys only grow. */
  partitionWriteUnits: 1_000,
  partitionReadUnits: 3_000,
  /** Units per second of an on-demand table, and of each of its indexes. It can be raised. */
  tableWriteUnits: 40_000,
  tableReadUnits: 40_000,
  /** Write units per second that a new on-demand table accepts at once. It grows to twice the latest peak. */
  newTableWriteUnits: 4_000,
  /** Requests per second of API Gateway. It can be raised. */
  gatewayRequests: 10_000,
  gatewayBurst: 5_000,
  /** Executions at the same time. It can be raised; a new account may have 10. */
  lambdaExecutions: 1_000,
  newAccountExecutions: 10,
  /** How many executions a function may gain in ten seconds. */
  lambdaRampPerTenSeconds: 1_000,
  /** PutEvents calls per second of EventBridge. It can be raised. */
  putEvents: 10_000,
  /** New connections per second of a WebSocket API. It can be raised. */
  webSocketConnections: 500,
} as const;

/** List prices of us-east-1 in US dollars (November 2026). */
export const prices = {
  gatewayMillion: 3.5,
  lambdaMillion: 0.2,
  /** ARM. */
  lambdaGigabyteSecond: 0.0000133334,
  writeMillion: 0.625,
  readMillion: 0.125,
  putMillion: 5,
  eventMillion: 1,
  logsGigabyte: 0.5,
  sqsMillion: 0.4,
  /** AppSync Events: operations, and minutes of a connection. */
  appSyncMillion: 1,
  appSyncMinuteMillion: 0.08,
  /** API Gateway's WebSocket APIs: messages, and minutes of a connection. */
  webSocketMillion: 1,
  webSocketMinuteMillion: 0.25,
} as const;

/** fal's concurrency: of a new account, and the most that its documentation names. */
export const falRunners = { newAccount: 2, most: 40 } as const;

/** What fal bills for one video of Lucy 14B. */
export const falUsdPerVideo = 0.4;
