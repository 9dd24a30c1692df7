import "../lib/zod-setup.ts";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { PopupBridge } from "../../shared/popup.ts";
import { PopupApp } from "./popup-app.tsx";
import "../ui/styles.css";

declare global {
  interface Window {
    /** Set by the popup's preload; absent everywhere else. */
    readonly gatehousePopup?: PopupBridge;
  }
}

const root = document.getElementById("root");
const bridge = window.gatehousePopup;
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      {bridge === undefined ? (
        <p className="p-5 text-muted">This page belongs to the desktop app's popup.</p>
      ) : (
        <PopupApp bridge={bridge} />
      )}
    </StrictMode>,
  );
