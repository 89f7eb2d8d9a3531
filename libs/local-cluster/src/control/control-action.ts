import type { ControlBody } from './control-body.js';

/** What is to be done; a function that comes out of it is called once the answer is on its way. */
export type Deed = () => unknown;

/** Reads what one path wants to know of the body, and gives what is to be done; `subject` is the id in the path. */
export type Action = (subject: string, body: ControlBody) => Deed;
