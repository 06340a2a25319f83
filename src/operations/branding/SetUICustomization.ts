import type {
  SetUICustomizationCommandInput,
  SetUICustomizationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { ALL, deleteUiCustomization, putUiCustomization } from "../../directory/ui-customizations.ts";
import { forgetLook } from "../../flows/look-of-client.ts";
import { Refusal } from "../../lib/refusal.ts";
import { compileStyleSheet } from "../../mechanisms/branding/style-sheet.ts";
import { signed } from "../operation.ts";
import { readLogoFile } from "./read-logo.ts";
import { newVersion, toUICustomizationType } from "./ui-customization-shape.ts";

/**
 * Amazon Cognito API: SetUICustomization. Style sheet and logo are set together: what is left out goes, and with neither the
 * whole look. The style sheet is kept and shown as it was sent, since tools compare it with their own copy; pages never
 * show it but as `compileStyleSheet` writes it anew. A domain is not needed: pages are on the worker's own host, too.
 */
export const SetUICustomization = signed<SetUICustomizationCommandInput, SetUICustomizationCommandOutput>(
  async (call, { UserPoolId, ClientId = ALL, CSS, ImageFile }) => {
    if (CSS) compileStyleSheet(CSS);
    const logo = ImageFile?.length ? readLogoFile(ImageFile) : { image: null, imageType: null };
    const version = newVersion(call.now);
    const look = { poolId: UserPoolId, clientId: ClientId, css: CSS || null, ...logo, version };
    const isNothing = look.css === null && look.image === null;
    const done = isNothing
      ? await deleteUiCustomization(call.db, UserPoolId, ClientId)
      : await putUiCustomization(call.db, look, call.now);
    forgetLook(ClientId);
    if (done === "no pool") throw notFound(`User pool ${UserPoolId}`);
    if (done === "no client") throw notFound(`User pool client ${ClientId}`);
    return { UICustomization: await toUICustomizationType(call, UserPoolId, done === "deleted" ? undefined : done) };
  },
);

const notFound = (what: string): Refusal => new Refusal("ResourceNotFoundException", `${what} does not exist.`);
