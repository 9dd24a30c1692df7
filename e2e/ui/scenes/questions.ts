import type { SAMPLE_QUESTIONS } from "../../../renderer/dev/sample-questions.ts";
import { type Scene, visible } from "./scene.ts";

/** What the person is asked: in the window, and in the popup's page. */
export const questionsScenes: readonly Scene[] = [
  {
    name: "questions",
    scenario: "asking",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await visible(page, "question");
      await page.getByRole("button", { name: "Details" }).first().click();
      await visible(page, "diff");
    },
  },
  popup("call", "write", undefined, true),
  popup("read", "read"),
  popup("edit", "edit", undefined, true),
  popup("sql", "sql", undefined, true),
  popup("shell", "shell", undefined, true),
  popup("url", "url"),
  popup("hostile", "hostile"),
  popup("pairing", "pair", undefined, true),
  popup("held-tool", "held", undefined, true),
  popup("unfolded", "write", (page) => page.getByTestId("fold").click()),
  popup("reason", "shell", async (page) => {
    await page.keyboard.press("r");
    await visible(page, "reason");
  }),
  popup(
    "editor",
    "shell",
    async (page) => {
      await page.keyboard.press("e");
      const text = await page.getByTestId("editor").inputValue();
      await page.getByTestId("editor").fill(text.replace(/curl.*bash/, "make"));
    },
    true,
  ),
];

/** The popup's page with one of the sample questions. */
function popup(
  name: string,
  question: keyof typeof SAMPLE_QUESTIONS,
  stage: Scene["stage"] = () => Promise.resolve(),
  shown?: true,
): Scene {
  return {
    name: `popup-${name}`,
    scenario: "asking",
    at: "",
    popup: question,
    stage,
    ...(shown === undefined ? {} : { shown }),
  };
}
