import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as it arrived. */
export interface Arrived {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const hex = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Whether an event was sent by whoever knows the secret, in the last five minutes: what stands behind a webhook does this. */
export function isSigned({ headers, body }: Arrived, secret: string): boolean {
  const timestamp = headers["limen-timestamp"] ?? "";
  const recent = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
  return recent && same(headers["limen-signature"] ?? "", `v1=${hmac(secret, `${timestamp}.${body}`).toString("hex")}`);
}

/**
 * Whether AWS would take the signature of an invocation (IAM User Guide: create a signed AWS API request). Written out
 * here from the guide, so that it does not share its mistakes with what signs.
 */
export function isSignedForAws({ path, headers, body }: Arrived, secretAccessKey: string, region: string): boolean {
  const credential = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, scope = "", signed = "", signature = ""] = credential.exec(headers.authorization ?? "") ?? [];
  const time = headers["x-amz-date"] ?? "";
  const day = time.slice(0, 8);
  const within = `${day}/${region}/lambda/aws4_request`;
  if (scope.slice(scope.indexOf("/") + 1) !== within) return false;
  for (const name of ["host", "x-amz-date"]) if (!signed.split(";").includes(name)) return false;
  const listed = signed.split(";").map((name) => `${name}:${headers[name]}\n`);
  // Every service but S3 has the path encoded once more.
  const twice = path.replaceAll("%", "%25");
  const canonical = ["POST", twice, "", listed.join(""), signed, hex(body)].join("\n");
  const key = within.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return same(signature, hmac(key, ["AWS4-HMAC-SHA256", time, within, hex(canonical)].join("\n")).toString("hex"));
}
