import { z } from "zod";
import type { PackageSpec } from "../../../core/pins/package-spec.ts";
import type { FoundPackage } from "./find-package.ts";
import type { PackageSystem } from "./system.ts";

const imageSchema = z
  .array(
    z.object({
      Id: z.string(),
      Created: z.string().optional(),
      Author: z.string().optional(),
      RepoDigests: z.array(z.string()).nullish(),
      Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
    }),
  )
  .min(1);

/** The image that a tag stands for on this machine; its id is a checksum of its configuration and all its layers. */
export async function findImage(
  { command, image }: Extract<PackageSpec, { runner: "docker" }>,
  system: PackageSystem,
): Promise<FoundPackage | undefined> {
  const printed = await system.run(command, ["image", "inspect", "--", image]);
  if (printed === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(printed);
  } catch {
    return undefined;
  }
  const found = imageSchema.safeParse(json).data?.[0];
  if (found === undefined) return undefined;
  const labels = found.Config?.Labels ?? {};
  const label = (name: string): string | undefined => labels[`org.opencontainers.image.${name}`];
  const made = Date.parse(found.Created ?? "");
  return {
    name: image,
    version: label("version") ?? found.RepoDigests?.[0]?.split("@")[1] ?? "unknown",
    integrity: found.Id,
    publisher: label("vendor") ?? label("authors") ?? (found.Author === "" ? undefined : found.Author),
    installedAt: Number.isNaN(made) ? undefined : made,
  };
}
