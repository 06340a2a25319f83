import { codePage } from "./code-form.tsx";

/** A second factor by the code of an authenticator app. */
export const softwareTokenMfa = codePage(
  "SOFTWARE_TOKEN_MFA",
  "SOFTWARE_TOKEN_MFA_CODE",
  ({ texts }, { parameters: { FRIENDLY_DEVICE_NAME: name } }) => (name ? `${texts.appCode} (${name})` : texts.appCode),
);
