import type { Variant } from "./relying-party.ts";

/** What the plans of the suite for providers run their modules for: Basic OP, Form Post OP and Hybrid OP. */
export const VARIANTS: readonly (Variant & { plan: string })[] = [
  { plan: "Basic OP", responseType: "code", formPost: false },
  { plan: "Form Post OP", responseType: "code", formPost: true },
  { plan: "Hybrid OP", responseType: "code id_token", formPost: false },
  { plan: "Hybrid OP", responseType: "code token", formPost: false },
  { plan: "Hybrid OP", responseType: "code id_token token", formPost: false },
  { plan: "Form Post OP", responseType: "code id_token token", formPost: true },
];
