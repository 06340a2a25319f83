import { authorizeDevice } from "../../flows/authorization/device/device-authorization.ts";
import { formEndpoint } from "./form-endpoint.ts";

/** RFC 8628 §3.1, which Cognito has not: for devices without a browser, or without keys to type a password with. */
export const deviceAuthorization = formEndpoint({
  path: "/oauth2/device_authorization",
  cors: true,
  invalidClient: 401,
  async answer(call, client, form) {
    const device = await authorizeDevice(call, client, {
      scope: form.get("scope"),
      resource: form.get("resource"),
    });
    return {
      device_code: device.deviceCode,
      user_code: device.userCode,
      verification_uri: device.verificationUri,
      verification_uri_complete: device.verificationUriComplete,
      expires_in: device.expiresIn,
      interval: device.interval,
    };
  },
});
