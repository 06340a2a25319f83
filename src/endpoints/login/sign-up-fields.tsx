import { clientOfPages } from "../../flows/client-of-pages.ts";
import { allowsChoice } from "../../flows/explicit-auth-flows.ts";
import { codeFactors } from "../../flows/passwordless.ts";
import type { Registration } from "../../flows/sign-up/register.ts";
import { Refusal } from "../../lib/refusal.ts";
import { isEmail, isPhone } from "../../mechanisms/attributes/formats.ts";
import { canWrite } from "../../mechanisms/attributes/permissions.ts";
import { Field, type FieldProps } from "../../ui/form.tsx";
import { AttributeFields, readAttributeFields } from "./attribute-fields.tsx";
import type { Fields, Visit } from "./login-page.tsx";
import { readUsername } from "./name-field.tsx";
import { PasswordRules } from "./new-password-fields.tsx";

/** What a new user names themselves by; `address` stands for an e-mail address or a phone number. */
type Name = "username" | "email" | "phone_number" | "address";

/**
 * What the pool's people sign up with. An address that it requires is the name where it can be one, so that nobody is
 * asked for it twice.
 */
function nameOf({ request: { pool } }: Visit): Name {
  const kinds = pool.settings.UsernameAttributes ?? [];
  if (kinds.length === 0) return "username";
  const required = kinds.find((kind) => pool.attributes.some(({ Name, Required }) => Name === kind && Required));
  return required ?? (kinds.length === 1 ? (kinds[0] as Name) : "address");
}

/**
 * The attributes that are asked for beside the name: all that the pool requires; and an address that it verifies, where
 * it verifies some and requires none, since without one nobody could confirm. Likewise one that codes could be sent to in the
 * place of a password.
 */
function askedOf(visit: Visit): string[] {
  const { client, pool } = visit.request;
  const name = nameOf(visit);
  const required = pool.attributes.filter(({ Required }) => Required).map(({ Name }) => Name);
  const verified = pool.settings.AutoVerifiedAttributes ?? [];
  const reachable = name === "address" || verified.some((each) => each === name || required.includes(each));
  const address = (["email", "phone_number"] as const).find((each) => verified.includes(each));
  const canAsk = (each: string) => canWrite(pool, clientOfPages(client), each);
  const wanted = reachable || !address || !canAsk(address) ? [] : [address];
  const asked = [...required, ...wanted].filter((each) => each !== "sub" && each !== name);
  const codes = isPasswordOptional(visit) ? codeFactors(pool) : [];
  const hasCode = name === "address" || codes.some((each) => each === name || asked.includes(each));
  const forCodes = codes.length === 0 || hasCode ? undefined : codes.find(canAsk);
  return forCodes === undefined ? asked : [...asked, forCodes];
}

/** Whether people may sign up without a password: those who can choose to sign in by a code, where the pool allows that. */
const isPasswordOptional = ({ request: { client, pool } }: Visit): boolean =>
  allowsChoice(client) && codeFactors(pool).length > 0;

const TYPED: Record<Name, Pick<FieldProps, "type" | "inputmode">> = {
  username: {},
  email: { type: "email", inputmode: "email" },
  phone_number: { type: "tel", inputmode: "tel" },
  address: {},
};

/** The fields of a new user: name, attributes, password. */
export const SignUpFields = ({ visit, sent }: { visit: Visit; sent?: Fields | undefined }) => {
  const { texts } = visit;
  const name = nameOf(visit);
  const labels: Record<Name, string> = {
    username: texts.username,
    email: texts.email,
    phone_number: texts.phone,
    address: `${texts.email} ${texts.or} ${texts.phone}`,
  };
  return (
    <>
      <Field
        name="username"
        label={labels[name]}
        autocomplete="username"
        value={sent?.get("username") ?? visit.request.loginHint}
        autofocus
        maxlength={128}
        {...TYPED[name]}
        {...((name === "phone_number" || name === "address") && { hint: texts.phoneHint })}
      />
      <AttributeFields visit={visit} names={askedOf(visit)} sent={sent} />
      <Field
        name="password"
        label={texts.password}
        type="password"
        autocomplete="new-password"
        maxlength={256}
        required={!isPasswordOptional(visit)}
        hint={
          <>
            <PasswordRules visit={visit} />
            {isPasswordOptional(visit) && texts.passwordOptional}
          </>
        }
      />
    </>
  );
};

/** What these fields hold. @throws Refusal InvalidParameterException for a name of the wrong kind */
export function readSignUpFields(visit: Visit, sent: Fields): Registration {
  const name = readUsername(visit, sent);
  const kind = nameOf(visit);
  if (kind === "email" && !isEmail(name)) {
    throw new Refusal("InvalidParameterException", "Invalid email address format.");
  }
  if (kind === "phone_number" && !isPhone(name)) {
    throw new Refusal("InvalidParameterException", "Invalid phone number format.");
  }
  const password = sent.get("password") || (isPasswordOptional(visit) ? undefined : "");
  return { name, attributes: readAttributeFields(sent, askedOf(visit)), password };
}
