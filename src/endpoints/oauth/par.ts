import { readProof } from "../../flows/authorization/client/dpop-proof.ts";
import { pushRequest } from "../../flows/authorization/request/push-request.ts";
import { formEndpoint } from "./form-endpoint.ts";

/** RFC 9126, which Cognito has not. Scripts may push, too: a public client gains an address that tells nothing. */
export const par = formEndpoint({
  path: "/oauth2/par",
  cors: true,
  invalidClient: 400,
  status: 201,
  async answer(call, client, form, request) {
    const possession = await readProof(call, request);
    const { requestUri, expiresIn } = await pushRequest(call, client, [...form], possession);
    return { request_uri: requestUri, expires_in: expiresIn };
  },
});
