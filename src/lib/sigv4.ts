/**
 * AWS Signature Version 4 in its header form, verifying and signing ("Create a signed AWS API request", AWS Identity and
 * Access Management User Guide). Pure: time and keys are passed in. Signatures in the query string are not supported, and
 * paths are encoded twice, as every service but S3 wants them.
 */
import { equalText } from "./constant-time.ts";
import { type Bytes, toHex, utf8 } from "./encoding.ts";
import { hmacSha256, sha256 } from "./hash.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const TERMINATOR = "aws4_request";

/** The parts of an HTTP request that a signature can cover. `url` is absolute; the body is the bytes as sent. */
export interface HttpRequest {
  method: string;
  url: string;
  headers: Headers;
  body: Bytes;
}

/** What an `Authorization` header claims. Nothing in it is proven until {@link verifySignature} has said so. */
export interface Authorization {
  accessKeyId: string;
  /** Day of the credential scope, YYYYMMDD. */
  date: string;
  region: string;
  service: string;
  /** Lower case, ascending, each once. */
  signedHeaders: string[];
  /** 64 lower-case hexadecimal digits. */
  signature: string;
}

/**
 * Reads an `Authorization` header: the algorithm, then `Credential`, `SignedHeaders` and `Signature`, each exactly once,
 * in any order, parted by commas.
 * @returns the claims, or the faults in AWS's words, which never repeat what was sent: people paste secrets into credentials.
 */
export function parseAuthorization(header: string): Authorization | { faults: string[] } {
  const [, algorithm, list = ""] = /^(\S+)(?:[ \t]+(.*))?$/.exec(header.trim()) ?? [];
  if (algorithm?.startsWith("AWS4-") && algorithm !== ALGORITHM) {
    return { faults: [`Unsupported AWS 'algorithm' (only ${ALGORITHM} for now).`] };
  }

  const given = new Map<string, string>();
  const faults: string[] = [];
  for (const part of algorithm === ALGORITHM ? list.split(",") : []) {
    const [, name, value] = /^(Credential|SignedHeaders|Signature)=(\S+)$/.exec(part.trim()) ?? [];
    if (name === undefined || value === undefined || given.has(name)) {
      faults.push(
        "Authorization header must hold 'Credential', 'SignedHeaders' and 'Signature' once each, and nothing else.",
      );
      break;
    }
    given.set(name, value);
  }
  for (const name of ["Credential", "Signature", "SignedHeaders"]) {
    if (!given.has(name)) faults.push(`Authorization header requires '${name}' parameter.`);
  }
  if (faults.length > 0) return { faults };

  const credential = given.get("Credential")?.split("/") ?? [];
  const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = credential;
  if (credential.length !== 5) {
    faults.push("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.");
  } else {
    if (!/^[\w-]{1,128}$/.test(accessKeyId)) faults.push("Credential should begin with an access key id.");
    if (!/^\d{8}$/.test(date)) faults.push("Date in Credential scope must be YYYYMMDD.");
    if (!/^[\w-]{1,64}$/.test(region)) faults.push("Credential should be scoped to a valid region.");
    if (!/^[\w-]{1,64}$/.test(service)) faults.push("Credential should be scoped to correct service.");
    if (terminator !== TERMINATOR) faults.push(`Credential should be scoped with a valid terminator: '${TERMINATOR}'.`);
  }

  const signedHeaders = given.get("SignedHeaders")?.split(";") ?? [];
  if (!signedHeaders.every((name, i) => /^[a-z0-9_.-]+$/.test(name) && (signedHeaders[i - 1] ?? "") < name)) {
    faults.push("SignedHeaders must be lower-case header names in ascending order, parted by semicolons.");
  }
  const signature = given.get("Signature") ?? "";
  if (!/^[0-9a-f]{64}$/.test(signature)) faults.push("Signature must be 64 lower-case hexadecimal digits.");
  return faults.length > 0 ? { faults } : { accessKeyId, date, region, service, signedHeaders, signature };
}

/** Epoch milliseconds as ISO 8601 basic format in whole seconds, the form of `x-amz-date`: `20150830T123600Z`. */
export function toBasicFormat(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/**
 * The time a request claims: `x-amz-date`, or `date` (ISO 8601 basic format or an HTTP date) where that is missing.
 * @returns the header it stands in and the time in epoch milliseconds, NaN where it cannot be read; undefined without either.
 */
export function requestTime(headers: Headers): { header: "x-amz-date" | "date"; time: number } | undefined {
  const header = headers.has("x-amz-date") ? "x-amz-date" : "date";
  const text = headers.get(header);
  if (text === null) return undefined;
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!basic) {
    // RFC 9110 §5.6.7, IMF-fixdate only: looser forms would be read in the machine's own time zone.
    const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text);
    return { header, time: header === "date" && httpDate ? Date.parse(text) : Number.NaN };
  }
  const [, year, month, day, hour, minute, second] = basic;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse moves 31 February into March; such a time is not the one that was signed.
  return { header, time: !Number.isNaN(time) && toBasicFormat(time) === text ? time : Number.NaN };
}

/**
 * Whether the secret made the signature over this very request. The payload hash is taken over the bytes that arrived;
 * `x-amz-content-sha256` is only ever compared with it, so `UNSIGNED-PAYLOAD` and the streaming forms never match.
 * Says nothing about age, scope or which headers had to be signed: those are the caller's to judge.
 *
 * Derived signing keys are deliberately not kept: a warm cache would answer sooner for access keys that exist and are in
 * use, and it would save four short HMACs beside the round trips that any signed operation makes.
 */
export async function verifySignature(
  request: HttpRequest,
  claimed: Authorization,
  secretAccessKey: string,
): Promise<boolean> {
  const payloadHash = toHex(await sha256(request.body));
  const canonical = canonicalRequest(request, claimed.signedHeaders, payloadHash);
  const moment = requestTime(request.headers);
  const readable = canonical !== undefined && moment !== undefined && !Number.isNaN(moment.time);
  const expected = await signatureOf(
    { ...claimed, time: readable ? toBasicFormat(moment.time) : "" },
    canonical ?? "",
    secretAccessKey,
  );
  const statedHash = request.headers.get("x-amz-content-sha256") ?? payloadHash;
  const same = equalText(expected, claimed.signature);
  return readable && equalText(payloadHash, statedHash) && same;
}

/** Set or changed on the way by HTTP libraries and proxies, so that signing them breaks the signature. */
const NEVER_SIGNED = new Set(
  (
    "accept-encoding authorization cache-control connection content-length expect host keep-alive te trailer " +
    "transfer-encoding upgrade user-agent x-amzn-trace-id"
  ).split(" "),
);

/**
 * Signs a request with all its headers, except those that travel unreliably.
 * @param now epoch milliseconds.
 * @returns the request's headers with `x-amz-date`, `x-amz-security-token` (temporary credentials) and `authorization`.
 * @throws TypeError when the query of the URL is not well-formed percent-encoding.
 */
export async function signRequest(
  request: HttpRequest,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  scope: { region: string; service: string },
  now: number,
): Promise<Headers> {
  const headers = new Headers(request.headers);
  const time = toBasicFormat(now);
  headers.set("x-amz-date", time);
  if (credentials.sessionToken !== undefined) headers.set("x-amz-security-token", credentials.sessionToken);

  const signedHeaders = ["host", ...[...headers.keys()].filter((name) => !NEVER_SIGNED.has(name))].sort();
  const payloadHash = toHex(await sha256(request.body));
  const canonical = canonicalRequest({ ...request, headers }, signedHeaders, payloadHash);
  if (canonical === undefined) throw new TypeError("the query to sign is not well-formed percent-encoding");

  const date = time.slice(0, 8);
  const signature = await signatureOf({ ...scope, date, time }, canonical, credentials.secretAccessKey);
  const credential = [credentials.accessKeyId, date, scope.region, scope.service, TERMINATOR].join("/");
  headers.set(
    "authorization",
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
  );
  return headers;
}

/**
 * Step 1, the canonical request. A header that was sent several times arrives joined by ", " and does not verify, since
 * the signer joined it by ",".
 * @returns undefined when a signed header is missing or the query is not well-formed percent-encoding.
 */
export function canonicalRequest(
  request: HttpRequest,
  signedHeaders: string[],
  payloadHash: string,
): string | undefined {
  const url = new URL(request.url);
  const query = canonicalQuery(url.search.slice(1));
  if (query === undefined) return undefined;
  let headers = "";
  for (const name of signedHeaders) {
    const value = request.headers.get(name) ?? impliedHeader(name, url, request.body);
    if (value === undefined) return undefined;
    headers += `${name}:${value.replaceAll(/[ \t]+/g, " ").trim()}\n`;
  }
  const path = canonicalPath(url.pathname);
  return [request.method, path, query, headers, signedHeaders.join(";"), payloadHash].join("\n");
}

/** Headers that HTTP/2 or the platform may have turned into something else; both follow from what is verified anyway. */
function impliedHeader(name: string, url: URL, body: Uint8Array): string | undefined {
  if (name === "host") return url.host;
  return name === "content-length" ? String(body.byteLength) : undefined;
}

function canonicalPath(pathname: string): string {
  // Dot segments were resolved when the URL was parsed; empty ones fall away like in AWS's own signers.
  return pathname
    .replaceAll(/\/{2,}/g, "/")
    .split("/")
    .map(percentEncode)
    .join("/");
}

function canonicalQuery(search: string): string | undefined {
  const pairs: [string, string][] = [];
  for (const part of search.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    try {
      const name = decodeURIComponent(at < 0 ? part : part.slice(0, at));
      const value = at < 0 ? "" : decodeURIComponent(part.slice(at + 1));
      pairs.push([percentEncode(name), percentEncode(value)]);
    } catch {
      // Guessing at a broken escape would let two different queries share one signature.
      return undefined;
    }
  }
  // By name, then by value: comparing "name=value" would put "a-=1" before "a=1".
  pairs.sort(([a, x], [b, y]) => (a === b ? Number(x > y) - Number(x < y) : a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

/** RFC 3986 §2.3: all but unreserved characters, where encodeURIComponent leaves five more. */
function percentEncode(text: string): string {
  const rest = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, rest);
}

/** Steps 2 to 4: string to sign, signing key, signature. */
async function signatureOf(
  scope: { date: string; time: string; region: string; service: string },
  canonical: string,
  secretAccessKey: string,
): Promise<string> {
  const parts = [scope.date, scope.region, scope.service, TERMINATOR];
  const canonicalHash = toHex(await sha256(utf8(canonical)));
  const stringToSign = [ALGORITHM, scope.time, parts.join("/"), canonicalHash].join("\n");
  let key = utf8(`AWS4${secretAccessKey}`);
  for (const part of parts) key = await hmacSha256(key, utf8(part));
  return toHex(await hmacSha256(key, utf8(stringToSign)));
}
