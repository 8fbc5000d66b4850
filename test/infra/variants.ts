/** The settings under which tests look at the template. */
export const variants = {
  default: {},
  alarmEmail: { alarmEmail: "ops@example.com" },
  archiveOff: { archive: false },
  manageApiGatewayAccountOff: { manageApiGatewayAccount: false },
  newAccount: { accountConcurrency: 10 },
  otherName: { stackName: "Other" },
  publicUrl: { publicUrl: "https://jobs.example.com/video" },
  quotaPerDay: { quotaPerDay: 5_000 },
  reservedConcurrency: { reservedConcurrency: 20 },
  retentionDays: { retentionDays: 7 },
  streamsAtOnce: { streamsAtOnce: 20 },
  sweepConcurrency: { sweepConcurrency: 20 },
  proxyReadsAtOnce: { proxyReadsAtOnce: 20 },
  passedToFunctions: {
    falEndpointUrl: "http://127.0.0.1:4001",
    publicUrl: "https://jobs.example.com/video",
    owners: { a1b2c3: "studio" },
    retentionDays: 7,
    storePayloadsAtFal: false,
    falMediaLifetimeSeconds: 86_400,
    falNoRetry: true,
    falUploadsPerDay: 20,
    falDisableFallbacks: false,
    dailyBudgets: { studio: 50, "*": 5 },
    endpointIds: ["decart/lucy-i2v", "fal-ai/other"],
    prices: { "fal-ai/other": { per_request: 0.4 } },
  },
} as const satisfies Record<string, Readonly<Record<string, unknown>>>;

export type Variant = keyof typeof variants;
