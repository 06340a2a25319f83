import { toBase64 } from "../../lib/encoding.ts";
import type { Refusal } from "../../lib/refusal.ts";

const TYPE = "application/x-amz-json-1.1";

/** Names that are answered with another status than 400 (AWS JSON 1.1 as Cognito speaks it). */
const STATUS: Record<string, number> = {
  InternalErrorException: 500,
  InternalServerException: 500,
  NotImplementedException: 501,
  ServiceUnavailableException: 503,
};

const headersOf = (requestId: string): Record<string, string> => ({
  "Content-Type": TYPE,
  "x-amzn-RequestId": requestId,
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
  "Cache-Control": "no-store",
});

/** Timestamps as epoch seconds with three decimals, bytes as base64; absent members stay absent. */
function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return toBase64(value);
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, toWire(member)]),
    );
  }
  return value;
}

/** The answer of an operation. @param empty for operations without an output shape: no body at all */
export function answer(requestId: string, output: unknown, empty: boolean): Response {
  return new Response(empty ? null : JSON.stringify(toWire(output ?? {})), { headers: headersOf(requestId) });
}

/** A refusal as AWS SDKs read it: type in header and body, message in both. */
export function refusal(
  requestId: string,
  { name, message, status }: Pick<Refusal, "name" | "message" | "status">,
): Response {
  return new Response(JSON.stringify({ __type: name, message }), {
    status: status ?? STATUS[name] ?? 400,
    headers: {
      ...headersOf(requestId),
      "x-amzn-ErrorType": `${name}:`,
      "x-amzn-ErrorMessage": headerText(message),
    },
  });
}

/** Header values are short ASCII without line breaks; what does not fit is left out. The body has the whole text. */
const headerText = (text: string): string =>
  text
    .slice(0, 1_024)
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();

/** Preflight of browser SDKs (Fetch standard, CORS): any origin, any header that is asked for, no credentials. */
export function preflight(request: Request): Response {
  return new Response(null, {
    headers: {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": "POST",
      "Access-Control-Allow-Headers":
        request.headers.get("access-control-request-headers") ?? "content-type, x-amz-target",
      "Access-Control-Max-Age": "172800",
    },
  });
}
