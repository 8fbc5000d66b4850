// The parts of s3rver that @types/s3rver does not declare.
declare module "s3rver/lib/stores/filesystem.js" {
  import type { Readable } from "node:stream";

  /** An object that is being stored. `metadata` contains its headers. */
  export type IncomingObject = {
    readonly bucket: string;
    readonly key: string;
    readonly content: Readable;
    readonly metadata: Readonly<Record<string, string>>;
  };

  /** Stores objects as files in a folder. It has no state of its own. */
  export default class FilesystemStore {
    constructor(directory: string);
    getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    existsObject(bucket: string, key: string): Promise<boolean>;
    putMetadata(bucket: string, key: string, metadata: IncomingObject["metadata"], md5: string): Promise<void>;
  }
}

declare module "s3rver/lib/models/account.js" {
  /** `createKeyPair` makes a key known to every s3rver of this process. */
  const account: { readonly DUMMY_ACCOUNT: { createKeyPair(accessKeyId: string, secretAccessKey: string): void } };
  export default account;
}
