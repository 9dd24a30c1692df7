import { findPortHolder } from "../../http/process/port-holder.ts";
import { findCommand, type LoginEnvironments } from "../../upstream/index.ts";
import { type DoctorAdapters, type DoctorSystem, thisMachine } from "../doctor/system.ts";

/** This machine as the doctor sees it. */
export const doctorSystem = (login: LoginEnvironments): DoctorSystem => thisMachine(doctorAdapters(login));

/** What the doctor learns of this machine from the adapters. */
function doctorAdapters(login: LoginEnvironments): DoctorAdapters {
  return {
    async searchPath() {
      const { path, source, shell, problem, tookMs } = await login.get();
      const words = {
        "login-shell": `the login shell ${shell ?? ""}`.trim(),
        own: "the environment that Gatehouse was started with",
        "well-known": "that environment and the usual installers",
      };
      return { path, source: words[source], problem, tookMs };
    },
    findProgram: (name, path) => {
      const { file, executable } = findCommand(name, { path });
      return executable && file !== null ? file : undefined;
    },
    portHolder: findPortHolder,
  };
}
