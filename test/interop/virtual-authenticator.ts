import type { CDPSession, Page } from "playwright-core";

/** An authenticator of the browser's own (Chrome DevTools Protocol: WebAuthn), such as phones and laptops have built in. */
export interface VirtualAuthenticator {
  /** Sets whether somebody is there and lets it act. */
  present(is: boolean): Promise<void>;
  /** Sets whether it knows them by finger, face or PIN. */
  verifies(is: boolean): Promise<void>;
  /** Passkeys that it has. */
  held(): Promise<{ credentialId: string; userHandle?: string; rpId?: string }[]>;
}

/** Gives one to the browser of a page. */
export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const devTools: CDPSession = await page.context().newCDPSession(page);
  await devTools.send("WebAuthn.enable");
  const { authenticatorId } = await devTools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    present: async (enabled) => {
      await devTools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
    },
    verifies: async (isUserVerified) => {
      await devTools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
    held: async () => (await devTools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}
