import type { Call } from "../../call.ts";

export const JSON_TYPE = { "Content-Type": "application/json;charset=UTF-8" };

/** As the endpoints of a Cognito domain answer; `no-store` is also RFC 6749 §5.1. @param cors for scripts of any origin */
export const oauthHeaders = (call: Call, cors: boolean): Record<string, string> => ({
  "x-amz-cognito-request-id": call.requestId,
  "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
  Pragma: "no-cache",
  Expires: "0",
  "Strict-Transport-Security": "max-age=31536000 ; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-XSS-Protection": "1; mode=block",
  "X-Frame-Options": "DENY",
  ...(cors && { "Access-Control-Allow-Origin": "*" }),
});

/**
 * Answers a preflight (Fetch standard, CORS): any origin, any header that is asked for (Amplify sends x-amz-user-agent), no
 * credentials.
 * @param methods that scripts may use
 */
export const preflight = (request: Request, methods: string): Response =>
  new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": methods,
      "Access-Control-Allow-Headers":
        request.headers.get("access-control-request-headers") ?? "content-type, authorization, x-amz-user-agent",
      "Access-Control-Max-Age": "172800",
    },
  });
