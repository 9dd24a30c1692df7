import "./lib/zod-setup.ts";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Bridge } from "../shared/bridge.ts";
import { App } from "./app/app.tsx";
import { createChanges } from "./lib/changes.ts";
import { createConnection } from "./lib/connection.ts";
import { createHeldStore } from "./lib/held-store.ts";
import { createHubStore } from "./lib/hub-store.ts";
import { createRouter, pageAddress } from "./lib/router.ts";
import { type Services, ServicesProvider } from "./lib/services.tsx";
import { bridgeTarget, browserTarget, takeCode } from "./lib/target.ts";
import { createTheme } from "./lib/theme.ts";
import { createUiState } from "./lib/ui-state.ts";
import "./ui/styles.css";

declare global {
  interface Window {
    /** Set by the desktop's preload; absent in a browser. */
    readonly gatehouse?: Bridge;
  }
}

const TOKEN = "gatehouse.token";

/** Makes everything the page needs, once. */
function createServices(): Services {
  const bridge = window.gatehouse;
  const { code, rest } = takeCode(location.hash);
  // The code works once; it must not stay in the address, its history or a screenshot.
  if (code !== undefined) history.replaceState(null, "", location.pathname + rest);
  const writeToken = (token: string | null): void => {
    if (token === null) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, token);
  };
  const place = {
    host: location.host,
    secure: location.protocol === "https:",
    code,
    readToken: () => sessionStorage.getItem(TOKEN),
    writeToken,
  };
  const connection = createConnection({
    target: bridge === undefined ? browserTarget(place) : bridgeTarget(bridge),
    openSocket: (url) => new WebSocket(url) as never,
    challenge: () =>
      [...crypto.getRandomValues(new Uint8Array(32))]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(""),
    now: Date.now,
    random: Math.random,
    later: (run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    ...(bridge === undefined ? { tokenGiven: writeToken, refused: () => writeToken(null) } : {}),
  });
  bridge?.onHubChange(connection.retry);
  return {
    connection,
    hub: createHubStore(connection),
    held: createHeldStore(connection),
    changes: createChanges(connection, bridge),
    router: createRouter(pageAddress),
    theme: createTheme(document.documentElement, localStorage, bridge),
    ui: createUiState(),
    bridge,
  };
}

const root = document.getElementById("root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <ServicesProvider services={createServices()}>
        <App />
      </ServicesProvider>
    </StrictMode>,
  );
