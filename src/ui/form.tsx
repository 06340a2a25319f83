import { type Child, createContext, useContext } from "hono/jsx";

export type NoticeKind = "error" | "success";

/** The notice that a page begins with, for what stands under it. */
export const UnderNotice = createContext<NoticeKind | undefined>(undefined);

/** A form of ours: it posts to its own address, and carries what proves that it is ours. */
export const Form = ({
  csrf,
  action,
  children,
  hidden = {},
}: {
  csrf: string;
  action: string;
  children?: Child;
  /** Values that the next step needs. */
  hidden?: Record<string, string>;
}) => (
  <form method="post" action={action}>
    <input type="hidden" name="_csrf" value={csrf} />
    {Object.entries(hidden).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    {children}
  </form>
);

export interface FieldProps {
  name: string;
  label: string;
  type?: "text" | "email" | "tel" | "password" | "url" | "date" | "number" | "checkbox";
  /** What password managers and browsers go by (HTML standard, autofill). */
  autocomplete?: string;
  value?: string | undefined;
  required?: boolean;
  /** Said under the field. */
  hint?: Child;
  inputmode?: "numeric" | "email" | "tel" | "text";
  autofocus?: boolean;
  maxlength?: number;
  /** What the field must match, as in HTML. */
  pattern?: string;
}

/**
 * A field with its label. The one that has the focus when the page opens is described by what went wrong, so that a screen
 * reader says that, too.
 */
export const Field = ({ name, label, type = "text", hint, required = true, ...rest }: FieldProps) => {
  const isFaulty = useContext(UnderNotice) === "error" && rest.autofocus === true;
  const described = [...(isFaulty ? [NOTICE_ID] : []), ...(hint === undefined ? [] : [`${name}-hint`])];
  const labelled = (
    <label class="label-customizable" for={name}>
      {label}
    </label>
  );
  const isChoice = type === "checkbox";
  return (
    <div class={isChoice ? "field choice" : "field"}>
      {!isChoice && labelled}
      <input
        class="inputField-customizable"
        id={name}
        name={name}
        type={type}
        required={required}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
        autocapitalize="none"
        spellcheck={false}
        {...rest}
      />
      {isChoice && labelled}
      {hint !== undefined && (
        <div class="hint" id={`${name}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
};

/** The button that the form is for. */
export const Submit = ({ children, name }: { children?: Child; name?: string }) => (
  <button class="submitButton-customizable" type="submit" name={name} value={name === undefined ? undefined : "1"}>
    {children}
  </button>
);

interface ChoiceProps {
  name: string;
  value: string;
  /** Whether it is shown only where the browser knows passkeys (`ui/scripts/passkeys.ts`). */
  withPasskeys?: boolean;
  children?: Child;
}

/** One of several buttons that each say what the form is to do. */
export const Choice = ({ name, value, withPasskeys = false, children }: ChoiceProps) => (
  <button
    class="submitButton-customizable pick"
    type="submit"
    name={name}
    value={value}
    hidden={withPasskeys}
    data-with-passkeys={withPasskeys ? "" : undefined}
    formnovalidate
  >
    {children}
  </button>
);

/** Another way out of the form, which asks for no field to be filled. @param action where it leads, if not where the form does */
export const Aside = ({ name, action, children }: { name: string; action?: string; children?: Child }) => (
  <button class="aside" type="submit" name={name} value="1" formaction={action} formnovalidate>
    {children}
  </button>
);

const NOTICE_ID = "notice";

/** What went wrong, or well; screen readers say it at once. */
export const Notice = ({ kind, children }: { kind: NoticeKind; children?: Child }) => (
  <p
    class={kind === "error" ? "notice error errorMessage-customizable" : "notice"}
    id={NOTICE_ID}
    role={kind === "error" ? "alert" : "status"}
  >
    {children}
  </p>
);
