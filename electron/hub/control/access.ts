import { ALLOW_GRANTS, type Grants, type Method, methods, type Role } from "../../../shared/contract.ts";
import { GatehouseError } from "../../../shared/errors.ts";

/** Whether a role may call a method now. `desktop`: a desktop is attached, so that only the owner allows and configures. */
export function mayCall(method: Method, role: Role, desktop: boolean): boolean {
  return permits(methods[method].grants, role, desktop);
}

/** Whether a role may answer a question with anything but "deny". */
export function mayAllow(role: Role, desktop: boolean): boolean {
  return permits(ALLOW_GRANTS, role, desktop);
}

function permits(grants: Grants, role: Role, desktop: boolean): boolean {
  const permission = grants[role];
  return permission === "yes" || (permission === "headless" && !desktop);
}

/** The refusal, in words that say who may. */
export function forbidden(what: string, role: Role, desktop: boolean): GatehouseError {
  return desktop && role === "operator"
    ? new GatehouseError(
        "forbidden",
        `${what} is for the desktop app while it runs`,
        "Do it in the app's window, or quit the app first.",
      )
    : new GatehouseError(
        "forbidden",
        `${what} is not for the role ${role}`,
        "Ask for it: the person confirms it outside this window.",
      );
}
