import type { AttributeType } from "@aws-sdk/client-cognito-identity-provider";
import { attributeOf } from "../../mechanisms/attributes/schema.ts";
import { Field, type FieldProps } from "../../ui/form.tsx";
import { attributeLabel } from "./attribute-messages.ts";
import type { Fields, Visit } from "./login-page.tsx";

/** What browsers and password managers call the standard attributes (HTML standard, autofill), and how they are typed. */
const KNOWN: Record<string, Pick<FieldProps, "type" | "autocomplete" | "inputmode">> = {
  address: { autocomplete: "street-address" },
  birthdate: { type: "date", autocomplete: "bday" },
  email: { type: "email", autocomplete: "email" },
  family_name: { autocomplete: "family-name" },
  gender: { autocomplete: "sex" },
  given_name: { autocomplete: "given-name" },
  locale: { autocomplete: "language" },
  middle_name: { autocomplete: "additional-name" },
  name: { autocomplete: "name" },
  nickname: { autocomplete: "nickname" },
  phone_number: { type: "tel", autocomplete: "tel", inputmode: "tel" },
  picture: { type: "url" },
  profile: { type: "url" },
  website: { type: "url", autocomplete: "url" },
};

/** A field for each of these attributes of the pool. */
export const AttributeFields = ({
  visit,
  names,
  sent,
}: {
  visit: Visit;
  names: readonly string[];
  sent?: Fields | undefined;
}) => (
  <>
    {names.map((name) => (
      <Field
        name={fieldOf(name)}
        label={attributeLabel(visit.texts, name)}
        value={sent?.get(fieldOf(name))}
        {...limitsOf(visit, name)}
        {...(name === "phone_number" && { hint: visit.texts.phoneHint })}
        {...(Object.hasOwn(KNOWN, name) ? KNOWN[name] : {})}
      />
    ))}
  </>
);

/** What the pool's schema says of the values, in so far as a field can hold people to it. */
function limitsOf({ request }: Visit, name: string): Pick<FieldProps, "type" | "maxlength"> {
  const attribute = attributeOf(request.pool, name);
  if (attribute?.AttributeDataType === "Number") return { type: "number" };
  const longest = Number(attribute?.StringAttributeConstraints?.MaxLength ?? LONGEST);
  return { maxlength: Math.min(longest, LONGEST) };
}

/** Amazon Cognito API: AttributeType, Value. */
const LONGEST = 2_048;

/** As the forms of Amazon Cognito name it. */
const fieldOf = (name: string): string => `requiredAttributes[${name}]`;

/** The values of these attributes in a form; spaces around them were not meant. */
export const readAttributeFields = (
  sent: Fields,
  names: readonly string[],
): (AttributeType & { Name: string; Value: string })[] =>
  names.map((name) => {
    const value = sent.get(fieldOf(name))?.trim() ?? "";
    // People write numbers in groups; E.164 has none.
    return { Name: name, Value: name === "phone_number" ? value.replace(/[\s().-]/g, "") : value };
  });
