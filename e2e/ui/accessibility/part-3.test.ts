import { lookAtPart } from "./look.ts";

lookAtPart(2);
