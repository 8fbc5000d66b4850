import { z } from "zod";
import { ofType, type Resources, resolveRef } from "./intrinsics.ts";

/** What a page of another origin may do with a bucket. Each origin and each header may contain one `*`. */
export type CorsRule = {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
};

/** The part of a bucket that the local stack simulates. Encryption, policy and lifecycle are not simulated. */
export type BucketSpec = { readonly name: string; readonly cors: readonly CorsRule[] };

const textListSchema = z.array(z.string()).default([]);
const bucketSchema = z.object({
  CorsConfiguration: z
    .object({
      CorsRules: z.array(
        z.object({
          AllowedOrigins: textListSchema,
          AllowedMethods: textListSchema,
          AllowedHeaders: textListSchema,
          ExposedHeaders: textListSchema,
          MaxAge: z.number().optional(),
        }),
      ),
    })
    .optional(),
});

/**
 * Reads the template's S3 buckets.
 * @throws ZodError if CORS rules are not literals.
 */
export function readBuckets(resources: Resources): BucketSpec[] {
  return ofType(resources, "AWS::S3::Bucket").map(([id, { Properties }]) => ({
    name: resolveRef(id, resources),
    cors: (bucketSchema.parse(Properties).CorsConfiguration?.CorsRules ?? []).map((rule) => ({
      origins: rule.AllowedOrigins,
      methods: rule.AllowedMethods,
      headers: rule.AllowedHeaders,
      exposedHeaders: rule.ExposedHeaders,
      maxAgeSeconds: rule.MaxAge,
    })),
  }));
}
