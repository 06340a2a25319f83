import { utf8 } from "../../src/lib/encoding.ts";
import { signRequest } from "../../src/lib/sigv4.ts";

/** Calls operations of one server. */
export type Call = (operation: string, input: object) => Promise<any>;

/** A plain client: it signs when told to, and does no more. @throws Error with what was refused */
export function clientOf(url: string): { call: Call; signed: Call } {
  const send = async (operation: string, input: object, sign: boolean) => {
    const body = JSON.stringify(input);
    let headers = new Headers({
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    });
    if (sign) {
      const request = { method: "POST", url: `${url}/`, headers, body: utf8(body) };
      const credentials = { accessKeyId: "local", secretAccessKey: "local" };
      headers = await signRequest(request, credentials, { region: "us-east-1", service: "cognito-idp" }, Date.now());
    }
    const response = await fetch(`${url}/`, { method: "POST", headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    call: (operation, input) => send(operation, input, false),
    signed: (operation, input) => send(operation, input, true),
  };
}
