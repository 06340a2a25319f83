import { Field } from "../../ui/form.tsx";
import type { Fields, Visit } from "./login-page.tsx";

/** The field for a code that was sent. Phones fill it in from the message (HTML standard, autofill: one-time-code). */
export const CodeField = ({ visit: { texts }, autofocus }: { visit: Visit; autofocus: boolean }) => (
  <Field
    name="code"
    label={texts.code}
    autocomplete="one-time-code"
    inputmode="numeric"
    autofocus={autofocus}
    maxlength={2_048}
  />
);

/** What stands in the field; people write codes as they read them, in groups. Never empty: no code is a wrong one. */
export const readCode = (sent: Fields): string => sent.get("code")?.replace(/\s/g, "") || "-";
