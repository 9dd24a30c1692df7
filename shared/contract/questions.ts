import { z } from "zod";
import { answerSchema, changeSchema, questionSchema } from "../model/question.ts";
import { configure, done, type Grants, method, nothing, read } from "./method.ts";

/** What waits for a person. */
export const questionMethods = {
  "questions.list": method(read, nothing, z.object({ pending: z.array(questionSchema) })),
  /** Asks for a change; it waits as a question until somebody with the right to make it answers. */
  "questions.ask": method(read, z.object({ change: changeSchema }), z.object({ id: z.string() })),
  /** Anybody may deny; the permission here is for denying, allowing is `configure` (see ALLOW_GRANTS). */
  "questions.answer": method(
    read,
    z.object({
      id: z.string(),
      answer: answerSchema,
      reason: z.string().max(1_000).optional(),
      /** With "approve" of a server that is to be added: as in `servers.add`. The asker cannot ask for it. */
      trust: z.boolean().default(false),
      /** With "allow-session", "allow-hour" and "allow-always": the key of the narrowing (or offer) to grant. */
      narrowing: z.string().optional(),
      /** With an allow of a call: the arguments to send instead, raw JSON; they go through schema and rules again. */
      arguments: z.string().max(16_000_000).optional(),
      /** With "approve" of a pairing: the profile and the name that the client gets. */
      profile: z.string().nullable().optional(),
      name: z.string().optional(),
    }),
    done,
  ),
} as const;

/** Who may answer a question with anything but "deny". */
export const ALLOW_GRANTS: Grants = configure;
