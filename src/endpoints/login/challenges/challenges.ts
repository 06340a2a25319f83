import type { ChallengePage } from "./challenge-page.tsx";
import { newPasswordRequired } from "./new-password-required.tsx";

/** Every challenge that has a page. */
export const challengePages: ReadonlyMap<string, ChallengePage> = new Map(
  [newPasswordRequired].map((page) => [page.name, page]),
);
