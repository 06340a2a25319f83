import { introspectToken } from "../../flows/authorization/introspect-token.ts";
import { formEndpoint, required } from "./form-endpoint.ts";

/** RFC 7662, which Cognito has not: for services that want to know more than a signature tells. Not for scripts in browsers. */
export const introspect = formEndpoint({
  path: "/oauth2/introspect",
  cors: false,
  invalidClient: 401,
  answer: (call, client, form) => introspectToken(call, client, required(form, "token")),
});
