/** The region that everything local calls its own. */
export const localRegion = "us-east-1";

/** The account id in local ARNs and events. */
export const localAccountId = "000000000000";

/** An access key of AWS, or of what stands in for it. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

/** Credentials that satisfy the SDK; DynamoDB Local takes letters and digits only. */
export const localCredentials: Credentials = { accessKeyId: "local", secretAccessKey: "local" };

/** Who the functions, and we ourselves, are to DynamoDB and S3. */
export type Caller = { readonly region: string; readonly credentials: Credentials };

/** The caller where the user names no other. */
export const localCaller: Caller = { region: localRegion, credentials: localCredentials };
