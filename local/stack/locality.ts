/** The region that everything local calls its own. */
export const localRegion = "us-east-1";

/** The account id in local ARNs and events. */
export const localAccountId = "000000000000";

/** Credentials that satisfy the SDK; DynamoDB Local takes letters and digits only. */
export const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };
