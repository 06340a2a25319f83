import { allowsRecovery } from "../../flows/recovery/destination.ts";
import { Field } from "../../ui/form.tsx";
import type { Visit } from "./login-page.tsx";

/** The name that was given on the page before. It is a field, for password managers. */
export const ChosenName = ({ visit: { texts, query }, name }: { visit: Visit; name: string }) => (
  <p class="chosen">
    <input type="text" name="username" value={name} autocomplete="username" hidden />
    <strong>{name}</strong> <a href={`/login${query}`}>{texts.back}</a>
  </p>
);

/** The field for the password of someone who signs in, and the way out for who has forgotten it. */
export const PasswordField = ({
  visit: { texts, query, request },
  autofocus,
}: {
  visit: Visit;
  autofocus: boolean;
}) => (
  <>
    <Field
      name="password"
      label={texts.password}
      type="password"
      autocomplete="current-password"
      autofocus={autofocus}
      maxlength={256}
    />
    {allowsRecovery(request.pool) && (
      <p class="beside redirect-customizable">
        <a href={`/forgotPassword${query}`}>{texts.forgotPassword}</a>
      </p>
    )}
  </>
);
