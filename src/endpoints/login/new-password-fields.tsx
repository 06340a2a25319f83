import { Refusal } from "../../lib/refusal.ts";
import { passwordRules } from "../../mechanisms/factors/password-policy.ts";
import { Field } from "../../ui/form.tsx";
import type { Fields, Visit } from "./login-page.tsx";

/** Two fields for a password that is being chosen, with the pool's rules for it. */
export const NewPasswordFields = ({ visit }: { visit: Visit }) => (
  <>
    <Field
      name="password"
      label={visit.texts.newPassword}
      type="password"
      autocomplete="new-password"
      maxlength={256}
      hint={<PasswordRules visit={visit} />}
    />
    <Field
      name="repeated"
      label={visit.texts.repeatPassword}
      type="password"
      autocomplete="new-password"
      maxlength={256}
    />
  </>
);

/** The pool's rules for passwords, as a list. */
export const PasswordRules = ({ visit: { texts, request } }: { visit: Visit }) => {
  const rules = passwordRules(request.pool.settings.Policies?.PasswordPolicy);
  return (
    <ul>
      <li>{texts.passwordLength(rules.length)}</li>
      {rules.lowercase && <li>{texts.passwordLowercase}</li>}
      {rules.uppercase && <li>{texts.passwordUppercase}</li>}
      {rules.numbers && <li>{texts.passwordNumber}</li>}
      {rules.symbols && <li>{texts.passwordSymbol}</li>}
    </ul>
  );
};

/** The password that was chosen. @throws Refusal PasswordsDiffer */
export function readNewPassword(sent: Fields): string {
  const password = sent.get("password") ?? "";
  if (password !== sent.get("repeated")) throw new Refusal("PasswordsDiffer", "");
  return password;
}
