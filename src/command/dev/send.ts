import { utf8 } from "../../lib/encoding.ts";
import { signRequest } from "../../lib/sigv4.ts";

/** Calls a signed operation of the user-pool service. @throws Error whose name is the wire name of the refusal */
export type Send = (operation: string, input: object) => Promise<any>;

/** @param url where Limen answers. @param credentials of an administrator */
export const sender =
  (url: string, credentials: { accessKeyId: string; secretAccessKey: string }): Send =>
  async (operation, input) => {
    const body = JSON.stringify(input);
    const plain = new Headers({
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    });
    const request = { method: "POST", url: `${url}/`, headers: plain, body: utf8(body) };
    const headers = await signRequest(
      request,
      credentials,
      { region: "us-east-1", service: "cognito-idp" },
      Date.now(),
    );
    const response = await fetch(request.url, { method: "POST", headers: Object.fromEntries(headers), body });
    const text = await response.text();
    const answer = text === "" ? {} : JSON.parse(text);
    if (!response.ok) throw Object.assign(new Error(`${operation}: ${answer.message}`), { name: answer.__type });
    return answer;
  };
