import { Refusal } from "../../lib/refusal.ts";
import { isPhone, isUsername } from "../../mechanisms/attributes/formats.ts";
import { Field, type FieldProps } from "../../ui/form.tsx";
import type { Fields, Visit } from "./login-page.tsx";

/** What the pool's people name themselves by: their username and aliases, or an address in its place. */
function namesOf({ request, texts }: Visit): { label: string; kind: "username" | "email" | "phone" | "any" } {
  const { UsernameAttributes = [], AliasAttributes = [] } = request.pool.settings;
  const addresses = UsernameAttributes.length > 0 ? UsernameAttributes : AliasAttributes;
  const kinds = [
    ...(UsernameAttributes.length > 0 ? [] : ["username" as const]),
    ...((addresses as string[]).includes("email") ? ["email" as const] : []),
    ...((addresses as string[]).includes("phone_number") ? ["phone" as const] : []),
  ];
  const [only, ...others] = kinds;
  const label = kinds.map((kind) => texts[kind]).join(` ${texts.or} `);
  return { label, kind: others.length === 0 && only ? only : "any" };
}

const TYPED: Record<ReturnType<typeof namesOf>["kind"], Pick<FieldProps, "type" | "inputmode">> = {
  username: {},
  email: { type: "email", inputmode: "email" },
  phone: { type: "tel", inputmode: "tel" },
  any: {},
};

/** The field for whoever signs in or has forgotten a password, labelled by what the pool takes. */
export const NameField = ({
  visit,
  value,
  autofocus = true,
  withPasskeys = false,
}: {
  visit: Visit;
  value?: string | undefined;
  autofocus?: boolean;
  /** Whether passkeys are to be picked here, too (HTML standard, autofill: webauthn). */
  withPasskeys?: boolean;
}) => {
  const { label, kind } = namesOf(visit);
  return (
    <Field
      name="username"
      label={label}
      autocomplete={withPasskeys ? "username webauthn" : "username"}
      value={value}
      autofocus={autofocus}
      maxlength={2_048}
      {...TYPED[kind]}
    />
  );
};

/**
 * The name in a form. Spaces around it were not meant; and where people are known by their phones, they write them in
 * groups, which E.164 has not.
 */
export function readName({ request }: Visit, sent: Fields): string {
  const name = sent.get("username")?.trim() ?? "";
  if (!request.pool.settings.UsernameAttributes?.includes("phone_number")) return name;
  const closed = name.replace(/[\s().-]/g, "");
  return isPhone(closed) ? closed : name;
}

/**
 * The name of someone who signs up or confirms: as the API would take it (Amazon Cognito API: SignUp, Username).
 * @throws Refusal InvalidParameterException
 */
export function readUsername(visit: Visit, sent: Fields): string {
  const name = readName(visit, sent);
  if (name === "") throw new Refusal("InvalidParameterException", "Missing required parameter USERNAME");
  if (isUsername(name)) return name;
  throw new Refusal("InvalidParameterException", "USERNAME is malformed.");
}
