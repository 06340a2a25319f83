import type { Texts } from "../../ui/texts/en.ts";

/** What an attribute is called on the pages: a custom one by its own name. */
export const attributeLabel = (texts: Texts, name: string): string =>
  (Object.hasOwn(texts.attributes, name) ? texts.attributes[name] : undefined) ?? name.replace(/^(?:dev:)?custom:/, "");

/** How a refusal begins that names faults of attributes, a line each: `name: what is wrong` (Amazon Cognito API: SignUp). */
export const NONCONFORMING = "Attributes did not conform to the schema: ";

/** A sentence for each attribute that such a refusal names. */
export const attributeFaults = (texts: Texts, message: string): string =>
  message
    .slice(NONCONFORMING.length)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      // A name may have colons, but no space (AddCustomAttributes).
      const [, name = line, fault = ""] = /^(\S+): (.*)$/.exec(line) ?? [];
      const tell = fault.startsWith("The attribute is required") ? texts.errors.missing : texts.errors.badValue;
      return tell(attributeLabel(texts, name));
    })
    .join(" ");
