import { localAccountId, localRegion } from "./locality.ts";

/** A resource of a synthesized CloudFormation template. */
export type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

/** A template's resources by logical id. */
export type Resources = Readonly<Record<string, Resource>>;

const pseudoParameters: Readonly<Record<string, string>> = {
  "AWS::AccountId": localAccountId,
  "AWS::NoValue": "",
  "AWS::Partition": "aws",
  "AWS::Region": localRegion,
  "AWS::StackName": "local",
  "AWS::URLSuffix": "amazonaws.com",
};

/**
 * Resolves a template's value to a string. Supports what environment variables need: literals, Ref, Fn::GetAtt,
 * Fn::Join, Fn::Sub.
 * @throws Error that names any other intrinsic.
 */
export function resolveText(value: unknown, resources: Resources): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  const [intrinsic, argument] = isRecord(value) ? (Object.entries(value)[0] ?? []) : [];
  if (intrinsic === "Ref") return resolveRef(String(argument), resources);
  if (intrinsic === "Fn::GetAtt") return resolveAttribute(argument, resources);
  if (intrinsic === "Fn::Join" && Array.isArray(argument) && Array.isArray(argument[1])) {
    return argument[1].map((part) => resolveText(part, resources)).join(String(argument[0]));
  }
  if (intrinsic === "Fn::Sub") return resolveSub(argument, resources);
  throw new Error(`the local stack cannot resolve ${intrinsic ?? JSON.stringify(value)} in the template`);
}

/** The resources of the given types, with their logical ids. */
export function ofType(resources: Resources, ...types: readonly string[]): [string, Resource][] {
  return Object.entries(resources).filter(([, { Type }]) => types.includes(Type));
}

/** Every logical id that a value refers to with Ref or Fn::GetAtt, at any depth. */
export function referredIds(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referredIds);
  if (!isRecord(value)) return [];
  if (typeof value.Ref === "string") return [value.Ref];
  const attribute = value["Fn::GetAtt"];
  if (Array.isArray(attribute)) return [String(attribute[0])];
  if (typeof attribute === "string") return [attribute.split(".")[0] ?? attribute];
  return Object.values(value).flatMap(referredIds);
}

/** What `Ref` returns for a resource: its name (for a bucket in lower case), or for a secret its ARN. */
export function resolveRef(id: string, resources: Resources): string {
  const pseudo = pseudoParameters[id];
  if (pseudo !== undefined) return pseudo;
  const resource = resources[id];
  if (resource?.Type === "AWS::SecretsManager::Secret") return arn("secretsmanager", `secret:${id}`);
  const name = resource?.Properties[nameProperties[resource.Type] ?? ""];
  if (typeof name === "string") return name;
  return resource?.Type === "AWS::S3::Bucket" ? `local-${id.toLowerCase()}` : id;
}

/** True for a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

const nameProperties: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::Stage": "StageName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::Events::EventBus": "Name",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::S3::Bucket": "BucketName",
};

function resolveAttribute(argument: unknown, resources: Resources): string {
  const [id = "", name = ""] = Array.isArray(argument) ? argument.map(String) : String(argument).split(".");
  if (name === "RegionalDomainName") return `${resolveRef(id, resources)}.s3.${localRegion}.amazonaws.com`;
  if (name !== "Arn") return `${id}.${name}`;
  return arn(resources[id]?.Type.split("::")[1]?.toLowerCase() ?? "unknown", resolveRef(id, resources));
}

function resolveSub(argument: unknown, resources: Resources): string {
  const [template, values] = Array.isArray(argument) ? argument : [argument, {}];
  return String(template).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (isRecord(values) && name in values) return resolveText(values[name], resources);
    return name.includes(".") ? resolveAttribute(name, resources) : resolveRef(name, resources);
  });
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${localRegion}:${localAccountId}:${resource}`;
}
