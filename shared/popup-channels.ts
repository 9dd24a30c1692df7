/** How the popup's preload script and the desktop's main process talk; see popup.ts for what they say. */

/** Popup → main, invoked with one PopupMessage. */
export const POPUP_CALL_CHANNEL = "gatehouse:popupCall";
/** Main → popup: what to show now, a PopupView. */
export const POPUP_VIEW_CHANNEL = "gatehouse:popupView";
/** The path of the popup's page on the app's scheme. */
export const POPUP_PATH = "/popup/index.html";
