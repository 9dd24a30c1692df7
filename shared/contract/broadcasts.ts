import { z } from "zod";
import { signInSchema } from "../model/account.ts";
import { auditEntrySchema } from "../model/audit.ts";
import { callSummarySchema } from "../model/call.ts";
import { clientSchema } from "../model/client.ts";
import { diagnosisCheckSchema } from "../model/diagnosis.ts";
import { historyStateSchema } from "../model/history.ts";
import { answerSchema, questionSchema } from "../model/question.ts";
import { logLineSchema, serverSummarySchema } from "../model/server.ts";
import { hubSchema, settingsSchema } from "./hub.ts";
import { named, nothing, roleSchema } from "./method.ts";

/** Broadcasts: each tells that something has changed, in the past tense. */
export const broadcasts = {
  hubChanged: hubSchema,
  /** One check of a diagnosis is done, of `total`. */
  diagnosisProgressed: z.object({ run: z.string(), check: diagnosisCheckSchema, total: z.int() }),
  serverChanged: serverSummarySchema,
  serverRemoved: named,
  signInChanged: signInSchema,
  /** Who is signed in to a server, or how that stands. */
  accountsChanged: named,
  /** A sign-in has come to its end, and the person has to sign in again; told once. */
  signInNeeded: z.object({ server: z.string(), account: z.string(), reason: z.string() }),
  serverLogged: z.object({ name: z.string(), lines: z.array(logLineSchema) }),
  /** Batched: at most a few a second, however many calls arrive; `dropped` rows were left out of the batch. */
  callsRecorded: z.object({ calls: z.array(callSummarySchema), dropped: z.int() }),
  /** The text index has come further, at most once a second. */
  historyChanged: historyStateSchema,
  historyProgressed: z.object({ work: z.enum(["verify", "backup"]), done: z.int(), of: z.int() }),
  clientChanged: clientSchema,
  questionAsked: questionSchema,
  /** An open question has changed: more calls wait for it, or its deadline moved. */
  questionChanged: questionSchema,
  /** `withdrawn` is why nobody need answer any more, where nobody did ("the client gave up"). */
  questionAnswered: z.object({
    id: z.string(),
    answer: answerSchema,
    by: roleSchema,
    withdrawn: z.string().optional(),
  }),
  settingsChanged: settingsSchema,
  /** One was set or removed, or the store opened. */
  secretsChanged: nothing,
  profilesChanged: nothing,
  /** Rules, grants or the counts of their uses. */
  rulesChanged: nothing,
  pinsChanged: z.object({ server: z.string(), held: z.int() }),
  auditRecorded: auditEntrySchema,
} as const;
/** The name of a broadcast. */
export type Broadcast = keyof typeof broadcasts;
/** What it brings. */
export type BroadcastData<B extends Broadcast> = z.output<(typeof broadcasts)[B]>;
