import type { Page } from "playwright-core";
import type { SAMPLE_QUESTIONS } from "../../../renderer/dev/sample-questions.ts";
import type { MockHub, Scenario } from "../../lib/mock-hub.ts";

/** One state of the page that a person can come to. */
export interface Scene {
  /** Also the file name of its picture. */
  readonly name: string;
  readonly scenario: Scenario;
  /** The address fragment to start from. */
  readonly at: string;
  /** A question that the desktop's popup shows: its page then, as big as the popup makes itself. */
  readonly popup?: keyof typeof SAMPLE_QUESTIONS;
  /** Whether it belongs into docs/screens. */
  readonly shown?: true;
  /** Goes on from the fragment until the scene stands. */
  stage(page: Page, hub: MockHub): Promise<void>;
}

/** Waits until something of this test id is seen. */
export const visible = (page: Page, id: string): Promise<void> => page.getByTestId(id).first().waitFor();

/** Waits for a screen that says why it is empty. */
export function emptyState(page: Page): Promise<void> {
  return page.getByRole("heading", { level: 2 }).first().waitFor();
}

/** Waits for a screen that could not be read and offers to try again. */
export function tryAgain(page: Page): Promise<void> {
  return page.getByRole("button", { name: "Try again" }).first().waitFor();
}
