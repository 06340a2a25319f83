import { Refusal } from "../../lib/refusal.ts";
import {
  type Authorization,
  type HttpRequest,
  parseAuthorization,
  requestTime,
  toBasicFormat,
  verifySignature,
} from "../../lib/sigv4.ts";
import type { AccessKey, AccessKeys } from "./access-keys.ts";

const SKEW = 5 * 60_000;

/** Stands in for the secret of an access key that does not exist. Nothing signed with it is ever accepted. */
const NO_SECRET = "0000000000000000000000000000000000000000";

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** What {@link checkAdministrator} judges. */
export interface AdministratorCall {
  /** As it arrived: the absolute URL, and the body's very bytes. */
  request: HttpRequest;
  accessKeys: AccessKeys;
  service: "cognito-idp" | "cognito-identity";
  /** Wire name, taken from `X-Amz-Target`. */
  operation: string;
  /** The pool that the input names, in `UserPoolId`, `IdentityPoolId` or within `ResourceArn`; it may be any text. */
  poolId?: string | undefined;
  accountId: string;
  /** Epoch milliseconds. */
  now: number;
}

/**
 * Checks that a request was signed by an administrator (AWS Signature Version 4) whose access key allows the operation.
 * Any region is accepted in the credential scope: one deployment answers for all of them.
 * @returns who it is; the ARN is that of an IAM user named like the access key.
 * @throws Refusal MissingAuthenticationToken, IncompleteSignature, InvalidSignature, UnrecognizedClient or AccessDenied
 *   (each + `Exception`), in the order in which AWS looks.
 */
export async function checkAdministrator(call: AdministratorCall): Promise<{ accessKeyId: string; arn: string }> {
  const claimed = readClaims(call.request.headers);
  checkTime(call.request.headers, claimed, call.now);
  checkSignedHeaders(call.request.headers, claimed);
  if (claimed.service !== call.service) {
    const message = `Credential should be scoped to correct service: '${call.service}'.`;
    throw new Refusal("InvalidSignatureException", message, { reason: "wrong-service" });
  }

  // The signature is computed before the key is missed, so that time does not tell which access keys exist.
  const key = call.accessKeys.get(claimed.accessKeyId);
  const genuine = await verifySignature(call.request, claimed, key?.secretAccessKey ?? NO_SECRET);
  if (!key) {
    const message = "The security token included in the request is invalid.";
    throw new Refusal("UnrecognizedClientException", message, { reason: "unknown-access-key" });
  }
  if (!genuine) throw new Refusal("InvalidSignatureException", MISMATCH, { reason: "signature-mismatch" });

  const arn = `arn:aws:iam::${call.accountId}:user/${key.accessKeyId}`;
  checkAllowed(key, arn, call);
  return { accessKeyId: key.accessKeyId, arn };
}

function readClaims(headers: Headers): Authorization {
  const header = headers.get("authorization");
  if (header === null || header.trim() === "") {
    throw new Refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const claimed = parseAuthorization(header);
  const faults = "faults" in claimed ? claimed.faults : [];
  if (!requestTime(headers)) {
    faults.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if ("faults" in claimed || faults.length > 0) throw new Refusal("IncompleteSignatureException", faults.join(" "));
  return claimed;
}

function checkTime(headers: Headers, claimed: Authorization, now: number): void {
  const time = requestTime(headers)?.time ?? Number.NaN;
  if (Number.isNaN(time)) {
    const message = "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601";
    throw new Refusal("IncompleteSignatureException", message);
  }
  const [signed, current] = [toBasicFormat(time), toBasicFormat(now)];
  if (time < now - SKEW) {
    const message = `Signature expired: ${signed} is now earlier than ${toBasicFormat(now - SKEW)} (${current} - 5 min.)`;
    throw new Refusal("InvalidSignatureException", message, { reason: "expired" });
  }
  if (time > now + SKEW) {
    const message = `Signature not yet current: ${signed} is still later than ${toBasicFormat(now + SKEW)} (${current} + 5 min.)`;
    throw new Refusal("InvalidSignatureException", message, { reason: "not-yet-current" });
  }
  if (claimed.date !== signed.slice(0, 8)) {
    const message = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claimed.date}' != '${signed.slice(0, 8)}', from '${signed}'.`;
    throw new Refusal("InvalidSignatureException", message, { reason: "scope-date" });
  }
}

/** Besides host and date, the target: unsigned, it would let a captured request be replayed as another operation. */
function checkSignedHeaders(headers: Headers, claimed: Authorization): void {
  const required = ["host", requestTime(headers)?.header ?? "x-amz-date"];
  if (headers.has("x-amz-target")) required.push("x-amz-target");
  for (const name of required) {
    if (claimed.signedHeaders.includes(name)) continue;
    const shown = name === "host" ? "'Host' or ':authority'" : `'${name}'`;
    const message = `${shown} must be a 'SignedHeader' in the AWS Authorization.`;
    throw new Refusal("InvalidSignatureException", message, { reason: "unsigned-header" });
  }
}

function checkAllowed(key: AccessKey, arn: string, { service, operation, poolId, accountId }: AdministratorCall): void {
  const action = `${service}:${operation}`;
  const byAction = !key.actions || key.actions.some((pattern) => matches(pattern, action));
  const byPool = !key.pools || (poolId !== undefined && key.pools.includes(poolId));
  if (byAction && byPool) return;
  const resource = poolArn(service, accountId, poolId);
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  throw new Refusal("AccessDeniedException", message, { reason: byAction ? "pool" : "action" });
}

const matches = (pattern: string, action: string): boolean =>
  pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : action === pattern;

/** Authority is judged before the input is, so only a well-formed pool id is repeated in a message. */
function poolArn(service: AdministratorCall["service"], accountId: string, poolId = ""): string {
  const [, region] = /^([\w-]+)(?:_[0-9A-Za-z]+|:[0-9a-f-]+)$/.exec(poolId) ?? [];
  if (region === undefined || poolId.length > 55) return "*";
  return `arn:aws:${service}:${region}:${accountId}:${service === "cognito-idp" ? "userpool" : "identitypool"}/${poolId}`;
}
