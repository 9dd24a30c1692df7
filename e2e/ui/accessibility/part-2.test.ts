import { lookAtPart } from "./look.ts";

lookAtPart(1);
