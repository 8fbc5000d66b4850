/** The region of all local resources. */
export const localRegion = "us-east-1";

/** The account id in local ARNs and events. */
export const localAccountId = "000000000000";

/** An AWS access key, or one for a local substitute of AWS. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

/** Credentials that satisfy the SDK. DynamoDB Local accepts only letters and digits. */
export const localCredentials: Credentials = { accessKeyId: "local", secretAccessKey: "local" };

/** The region and credentials that the functions and the local stack use for DynamoDB and S3. */
export type Caller = { readonly region: string; readonly credentials: Credentials };

/** The default caller. */
export const localCaller: Caller = { region: localRegion, credentials: localCredentials };
