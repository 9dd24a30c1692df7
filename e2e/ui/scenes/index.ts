import type { Page } from "playwright-core";
import { SAMPLE_QUESTIONS } from "../../../renderer/dev/sample-questions.ts";
import type { MockHub } from "../../lib/mock-hub.ts";
import { openPopup } from "../popup-page.ts";
import { activityScenes } from "./activity.ts";
import { auditScenes } from "./audit.ts";
import { callsScenes } from "./calls.ts";
import { clientsScenes } from "./clients.ts";
import { diagnoseScenes } from "./diagnose.ts";
import { latencyScenes } from "./latency.ts";
import { problemsScenes } from "./problems.ts";
import { profilesScenes } from "./profiles.ts";
import { questionsScenes } from "./questions.ts";
import { rulesScenes } from "./rules.ts";
import { type Scene, visible } from "./scene.ts";
import { secretsScenes } from "./secrets.ts";
import { serversScenes } from "./servers.ts";
import { shellScenes } from "./shell.ts";
import { signInScenes } from "./sign-in.ts";

export type { Scene } from "./scene.ts";

/** Every screen with what it can show: full, empty, failing, loading, paused, offline, and every dialog. */
export const SCENES: readonly Scene[] = [
  ...secretsScenes,
  ...signInScenes,
  ...latencyScenes,
  ...serversScenes,
  ...diagnoseScenes,
  ...activityScenes,
  ...callsScenes,
  ...clientsScenes,
  ...profilesScenes,
  ...rulesScenes,
  ...auditScenes,
  ...questionsScenes,
  ...problemsScenes,
  ...shellScenes,
];

/** As wide as a small laptop's window. */
const PAGE = { width: 1280, height: 800 };

/** Opens a scene on a page that is signed in at the hub of its scenario. */
export async function enter(page: Page, hub: MockHub, scene: Scene): Promise<void> {
  const { origin, pathname } = new URL(hub.url);
  if (scene.popup !== undefined) {
    await openPopup(page, origin, SAMPLE_QUESTIONS[scene.popup], scene.name === "popup-call" ? 3 : 1);
    return scene.stage(page, hub);
  }
  await page.setViewportSize(PAGE);
  // A fresh document, signed in by a code of its own; then the screen, as a person goes there.
  await page.goto("about:blank");
  await page.goto(hub.url);
  await visible(page, "hub-status");
  await page.goto(`${origin}${pathname}${scene.at}`);
  await scene.stage(page, hub);
}
