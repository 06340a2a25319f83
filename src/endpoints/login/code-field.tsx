import { Field } from "../../ui/form.tsx";
import type { Visit } from "./login-page.tsx";

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
