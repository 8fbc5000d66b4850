/**
 * Replaces the AWS SDK's default credential chain in the bundles. Lambda passes credentials in environment variables
 * and never uses the rest of that chain (profiles, single sign-on, instance metadata). This saves 130 KB and a tenth of
 * each cold start.
 */
export { fromEnv, fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
